//! The syntax tree. Native syntax, JSON syntax and rule files meet in these types.

use std::sync::Arc;

use crate::source::{FileId, Problem, Span};

pub use crate::source::Text;

/// One parsed file: what was understood, and what was not.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file.
    pub file: FileId,
    /// Its top-level attributes and blocks.
    pub body: Arc<Body>,
    /// Every comment in the order of the text (JSON has none).
    pub comments: Vec<Comment>,
    /// Faults, each with a label; the tree holds what was understood around them.
    pub problems: Vec<Problem>,
    /// Whether the file was JSON: its strings are templates and block types are told apart by schema only.
    pub json: bool,
}

/// A comment, with its markers and without the line break.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Comment {
    /// Where it stands, from its first marker character on.
    pub span: Span,
    /// Whether something else than white space stands before it on its first line.
    pub trailing: bool,
}

/// The inside of a block, or a whole file.
#[derive(Clone, Debug)]
pub struct Body {
    /// Arguments in the order of the text. Duplicates are a problem of the document; the first stays.
    pub attributes: Box<[Attribute]>,
    /// Nested blocks in the order of the text.
    pub blocks: Box<[Block]>,
    /// From the opening brace to the closing one; the whole text for a file.
    pub span: Span,
    /// True where an error inside this body made the parser drop something: absence proves nothing then.
    pub incomplete: bool,
}

impl Body {
    /// The argument of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| &*a.name.text == name)
    }

    /// The nested blocks of that type.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> + 'a {
        self.blocks.iter().filter(move |b| &*b.kind.text == kind)
    }
}

/// A name and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ident {
    /// The name itself.
    pub text: Text,
    /// Where it stands (without quotes it may have been written with for JSON keys: with them).
    pub span: Span,
}

/// `name = expression`
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The argument's name.
    pub name: Ident,
    /// What it is set to.
    pub expr: Arc<Expr>,
}

impl Attribute {
    /// From the name to the end of the expression.
    pub fn span(&self) -> Span {
        self.name.span.to(self.expr.span)
    }
}

/// `kind "label" … { … }`
#[derive(Clone, Debug)]
pub struct Block {
    /// The block's type: `resource`, `dynamic`, `lifecycle`, …
    pub kind: Ident,
    /// Its labels, quoted or bare; `text` is without quotes and unescaped, `span` includes the quotes.
    pub labels: Box<[Ident]>,
    /// What it holds.
    pub body: Arc<Body>,
    /// From the type to the last label (not the brace): what a finding about the whole block points at.
    pub header: Span,
    /// From the type to the closing brace.
    pub span: Span,
}

/// An expression and where it stands.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands; parentheses belong to [`ExprKind::Paren`], not to what they hold.
    pub span: Span,
}

/// The forms of expression. What is large stands in a box: most of a tree are texts and names, and each of them takes
/// as much room as the largest form. The number of the form is as wide as what stands behind it, so that a form is
/// copied by whole words.
#[derive(Clone, Debug)]
#[repr(u64)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, as written (`1.50`, `007`, `1e3`): digits, at most one point, an optional exponent; no sign.
    Number(Text),
    /// A quoted string without interpolation or directive, unescaped; also a heredoc of plain text, dedented.
    String(Text),
    /// A quoted string or heredoc with interpolations or directives. Literal parts are unescaped and dedented, and
    /// strip markers have been applied. A lone interpolation (`"${x}"`) has exactly one part.
    Template(Box<[TemplatePart]>),
    /// `[a, b]`
    Tuple(Box<[Expr]>),
    /// `{ a = b }`, every item in order, duplicates included (the last one wins).
    Object(Box<[ObjectItem]>),
    /// The name that begins a reference: `var`, `local`, `aws_vpc`, a `for` variable.
    Variable(Text),
    /// `base.name`
    Attr(Box<AttrExpr>),
    /// `base[key]`; also the legacy `base.0`, whose key is a number.
    Index(Box<Expr>, Box<Expr>),
    /// `base[*]…` and `base.*…`: `each` is applied to every element; it is built on [`ExprKind::SplatElement`].
    /// For `a.*.b[0]` the index stands around the splat, as HCL has it; for `a[*].b[0]` inside `each`.
    Splat {
        /// What is iterated.
        base: Box<Expr>,
        /// What is read of each element.
        each: Box<Expr>,
    },
    /// The element of the innermost enclosing splat; only inside `each`.
    SplatElement,
    /// `name(args…)`; `core::name` and `provider::p::name` keep their colons in the name.
    Call(Box<CallExpr>),
    /// `-a`, `!a`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b` and the like.
    Binary(BinaryOp, Box<Operands>),
    /// `condition ? then : otherwise`
    Conditional(Box<ConditionalExpr>),
    /// `[for …]` and `{for …}`
    For(Box<ForExpr>),
    /// `(a)`
    Paren(Box<Expr>),
    /// Something that was not understood; a problem of the document says what. Evaluates to unknown.
    Invalid,
}

/// One item of an object constructor.
#[derive(Clone, Debug)]
pub struct ObjectItem {
    /// The key: a bare name is an [`ExprKind::String`] (its span has no quotes), anything else the expression written.
    pub key: Expr,
    /// The value.
    pub value: Expr,
}

/// `base.name`
#[derive(Clone, Debug)]
pub struct AttrExpr {
    /// What it is read of.
    pub base: Expr,
    /// The attribute's name.
    pub name: Ident,
}

/// `name(args…)`
#[derive(Clone, Debug)]
pub struct CallExpr {
    /// The function's name.
    pub name: Ident,
    /// The arguments in order.
    pub args: Box<[Expr]>,
    /// Whether the last argument is followed by `...`.
    pub expand_final: bool,
}

/// What stands on both sides of an operator.
#[derive(Clone, Debug)]
pub struct Operands {
    /// On its left.
    pub left: Expr,
    /// On its right.
    pub right: Expr,
}

/// `condition ? then : otherwise`
#[derive(Clone, Debug)]
pub struct ConditionalExpr {
    /// Decides.
    pub condition: Expr,
    /// Taken where the condition holds.
    pub then: Expr,
    /// Taken where it does not.
    pub otherwise: Expr,
}

/// `[for key, value in collection : value if condition]` and its object form.
#[derive(Clone, Debug)]
pub struct ForExpr {
    /// The first of two variables.
    pub key_var: Option<Ident>,
    /// The last or only variable.
    pub value_var: Ident,
    /// What is iterated.
    pub collection: Expr,
    /// The result's key: present for the object form `{for … : key => value}`.
    pub key: Option<Expr>,
    /// The result's value.
    pub value: Expr,
    /// Whether `...` follows the value (object form): values of equal keys are gathered.
    pub group: bool,
    /// `if condition`
    pub condition: Option<Expr>,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum TemplatePart {
    /// Text as it is.
    Literal(Text, Span),
    /// `${expression}`
    Interpolation(Expr),
    /// `%{if}…%{else}…%{endif}`
    If(Box<IfPart>),
    /// `%{for k, v in c}…%{endfor}`
    For(Box<ForPart>),
}

/// `%{if}…%{else}…%{endif}`
#[derive(Clone, Debug)]
pub struct IfPart {
    /// Decides.
    pub condition: Expr,
    /// Parts of the first branch.
    pub then: Box<[TemplatePart]>,
    /// Parts of the second branch; empty without `%{else}`.
    pub otherwise: Box<[TemplatePart]>,
    /// From `%{if` to the end of `%{endif}`.
    pub span: Span,
}

/// `%{for k, v in c}…%{endfor}`
#[derive(Clone, Debug)]
pub struct ForPart {
    /// The first of two variables.
    pub key_var: Option<Ident>,
    /// The last or only variable.
    pub value_var: Ident,
    /// What is iterated.
    pub collection: Expr,
    /// Parts repeated for each element.
    pub body: Box<[TemplatePart]>,
    /// From `%{for` to the end of `%{endfor}`.
    pub span: Span,
}

/// Operators with one operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `!`
    Not,
}

/// Operators with two operands; the names are the operators'.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BinaryOp {
    Or,
    And,
    Equal,
    NotEqual,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}
