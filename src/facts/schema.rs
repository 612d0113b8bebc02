//! The provider's schema: which arguments, blocks and attributes a resource type has.
//!
//! The text (`rules/facts/provider/schema.txt`, explained in the README beside it) is an outline; bodies that occur more
//! than once are written once. Entry point: [`schema`].

use std::iter::Peekable;
use std::str::Lines;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::cache::Cache;
use super::records::{self, Records, word};

static RECORDS: Records = include!(concat!(env!("OUT_DIR"), "/schema.rs"));
static SCHEMAS: Cache<Schema> = Cache::new();

/// The schema of a resource type; `None` for types that this version of the provider does not have, and for data sources.
pub fn schema(resource_type: &str) -> Option<&'static Schema> {
    if resource_type.starts_with(SHARED) { None } else { load(resource_type) }
}

/// All resource types in order.
pub fn resource_types() -> impl Iterator<Item = &'static str> {
    RECORDS.names().filter(|name| !name.starts_with(SHARED))
}

/// The provider that the facts describe, and its version: `hashicorp/aws 6.25.0`.
pub fn provider_version() -> &'static str {
    records::header(RECORDS.text, "provider").unwrap_or_default()
}

/// What may stand in the body of a resource or of a block.
#[derive(Debug, PartialEq, Default)]
pub struct Schema {
    /// Arguments and attributes, sorted by name.
    pub arguments: Vec<Argument>,
    /// Nested blocks, sorted by name.
    pub blocks: Vec<NestedBlock>,
    /// There is more than is listed here: the provider nests this body in itself, or it was too large to be published.
    pub open: bool,
    /// Where the arguments stand, and behind them the blocks, by their names: each argument of each instance is looked for.
    places: FxHashMap<&'static str, usize>,
}

/// What a name means in a body.
#[derive(Clone, Copy, Debug)]
pub enum Member<'s> {
    /// An argument or attribute.
    Argument(&'s Argument),
    /// Nested blocks.
    Block(&'s NestedBlock),
}

/// An argument (what a configuration may set), an attribute (what it may read), or both.
#[derive(Debug, PartialEq)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// The type of its values.
    pub ty: Type,
    /// Who sets it.
    pub mode: Mode,
    /// The provider advises against it.
    pub deprecated: bool,
}

/// Who sets an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The configuration, always.
    Required,
    /// The configuration, or nobody.
    Optional,
    /// The configuration, else the provider: an omitted argument keeps the value that the resource has.
    OptionalComputed,
    /// The provider alone.
    Computed,
}

/// A type of values.
#[derive(Debug, PartialEq)]
pub enum Type {
    /// Not known.
    Any,
    /// True or false.
    Bool,
    /// A number.
    Number,
    /// A text.
    String,
    /// Elements in order.
    List(Box<Type>),
    /// Elements without order.
    Set(Box<Type>),
    /// Elements by name.
    Map(Box<Type>),
    /// An object with these attributes.
    Object(Body),
}

/// What may stand in a block or in an object.
#[derive(Debug)]
pub enum Body {
    /// This.
    Here(&'static Schema),
    /// What this record says, read when it is asked for: bodies lead to many others, of which a configuration writes few.
    Shared(&'static str, OnceLock<&'static Schema>),
}

/// A block that may stand in a body.
#[derive(Debug, PartialEq)]
pub struct NestedBlock {
    /// The block's type, as written in front of the brace.
    pub name: &'static str,
    /// What the blocks of this name become together.
    pub nesting: Nesting,
    /// The least number of such blocks.
    pub min: u32,
    /// The greatest number; `None` if there is no limit.
    pub max: Option<u32>,
    /// The provider advises against it.
    pub deprecated: bool,
    /// What may stand in it.
    pub body: Body,
}

/// What several blocks of one name become together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// One object, no list around it; at most one block.
    Single,
}

impl Schema {
    /// What this name means: no argument and block have the same.
    pub fn member(&self, name: &str) -> Option<Member<'_>> {
        let place = *self.places.get(name)?;
        match place.checked_sub(self.arguments.len()) {
            None => self.arguments.get(place).map(Member::Argument),
            Some(block) => self.blocks.get(block).map(Member::Block),
        }
    }

    /// The argument or attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Argument> {
        match self.member(name)? {
            Member::Argument(argument) => Some(argument),
            Member::Block(_) => None,
        }
    }

    /// The nested block of this name. Not an argument that Terraform also accepts in block form, such as
    /// `ingress` of a security group: see [`Schema::body`].
    pub fn block(&self, name: &str) -> Option<&NestedBlock> {
        match self.member(name)? {
            Member::Block(block) => Some(block),
            Member::Argument(_) => None,
        }
    }

    /// What may stand in the block of this name, or in the objects of the argument of this name.
    pub fn body(&self, name: &str) -> Option<&'static Schema> {
        match self.member(name)? {
            Member::Block(block) => Some(block.body.schema()),
            Member::Argument(argument) => argument.ty.object(),
        }
    }

    /// The argument that a path such as `vpc_config.subnet_ids` leads to through blocks or objects.
    pub fn argument_at(&self, path: &str) -> Option<&Argument> {
        match path.split_once('.') {
            None => self.attribute(path),
            Some((first, rest)) => self.body(first)?.argument_at(rest),
        }
    }

    /// Whether a configuration may only read this name. Names that are not listed are not: the provider may be newer.
    pub fn is_computed_only(&self, name: &str) -> bool {
        self.attribute(name).is_some_and(|argument| argument.mode == Mode::Computed)
    }
}

impl Type {
    /// The body of the object, or of the objects that a collection holds.
    pub fn object(&self) -> Option<&'static Schema> {
        match self {
            Type::Object(body) => Some(body.schema()),
            Type::List(element) | Type::Set(element) | Type::Map(element) => element.object(),
            Type::Any | Type::Bool | Type::Number | Type::String => None,
        }
    }
}

impl Body {
    /// What may stand there.
    pub fn schema(&self) -> &'static Schema {
        match self {
            Body::Here(schema) => schema,
            // Tests know that it is there. Of what is not there nothing is known.
            Body::Shared(name, schema) => schema.get_or_init(|| load(name).unwrap_or_else(unknown)),
        }
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Body) -> bool {
        self.schema() == other.schema()
    }
}

/// Starts the name of a body that several places share.
const SHARED: char = '@';
/// Stands for the name of such a body where nothing is known of it.
const UNKNOWN: &str = "*";

fn load(name: &str) -> Option<&'static Schema> {
    SCHEMAS.get(name, || {
        let body = RECORDS.find(name)?;
        let mut lines = body.lines().peekable();
        let schema = read_body(&mut lines, 1)?;
        lines.peek().is_none().then_some(schema)
    })
}

/// Reads the lines that are indented by `depth` spaces, and those below them.
fn read_body(lines: &mut Peekable<Lines<'static>>, depth: usize) -> Option<Schema> {
    let mut schema = Schema::default();
    while let Some(line) = lines.next_if(|line| indent(line) >= depth) {
        let (name, rest) = word(line.get(depth..)?);
        let (code, shared) = word(rest);
        let mut body = || match shared {
            UNKNOWN => Some(Body::Here(unknown())),
            "" => Some(Body::Here(leak(read_body(lines, depth + 1)?))),
            shared => Some(Body::Shared(shared, OnceLock::new())),
        };
        let (code, deprecated) = code.strip_suffix('-').map_or((code, false), |code| (code, true));
        let mode = Mode::of(code.chars().next()?)?;
        let code = &code[1..];
        match code.strip_prefix('{') {
            Some(code) => {
                let (nesting, max) = Nesting::of(code)?;
                let min = u32::from(mode == Mode::Required);
                schema.blocks.push(NestedBlock { name, nesting, min, max, deprecated, body: body()? });
            }
            None => schema.arguments.push(Argument { name, ty: Type::of(code, &mut body)?, mode, deprecated }),
        }
    }
    let arguments = schema.arguments.iter().map(|argument| argument.name);
    schema.places = arguments.chain(schema.blocks.iter().map(|block| block.name)).zip(0..).collect();
    Some(schema)
}

/// Bodies are kept as long as the schema that holds them, which is as long as the process.
fn leak(schema: Schema) -> &'static Schema {
    Box::leak(Box::new(schema))
}

fn unknown() -> &'static Schema {
    leak(Schema { open: true, ..Schema::default() })
}

fn indent(line: &str) -> usize {
    line.bytes().take_while(|byte| *byte == b' ').count()
}

impl Mode {
    fn of(code: char) -> Option<Mode> {
        match code {
            '!' => Some(Mode::Required),
            '?' => Some(Mode::Optional),
            '~' => Some(Mode::OptionalComputed),
            '=' => Some(Mode::Computed),
            _ => None,
        }
    }
}

impl Nesting {
    fn of(code: &str) -> Option<(Nesting, Option<u32>)> {
        match code {
            "o" => Some((Nesting::Single, Some(1))),
            "l" => Some((Nesting::List, None)),
            "s" => Some((Nesting::Set, None)),
            "l1" => Some((Nesting::List, Some(1))),
            "s1" => Some((Nesting::Set, Some(1))),
            _ => None,
        }
    }
}

impl Type {
    fn of(code: &str, body: &mut impl FnMut() -> Option<Body>) -> Option<Type> {
        let element = code.get(1..)?;
        match code.chars().next()? {
            'a' => Some(Type::Any),
            'b' => Some(Type::Bool),
            'n' => Some(Type::Number),
            's' => Some(Type::String),
            'O' => Some(Type::Object(body()?)),
            'L' => Some(Type::List(Box::new(Type::of(element, body)?))),
            'S' => Some(Type::Set(Box::new(Type::of(element, body)?))),
            'M' => Some(Type::Map(Box::new(Type::of(element, body)?))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_argument_and_block_have_the_same_name() {
        for (name, schema) in resource_types().filter_map(|name| Some((name, schema(name)?))) {
            let is_both = |argument: &&Argument| schema.blocks.iter().any(|block| block.name == argument.name);
            assert_eq!(schema.arguments.iter().find(is_both).map(|a| a.name), None, "{name}");
            schema.arguments.iter().for_each(|a| assert_eq!(schema.attribute(a.name), Some(a), "{name}"));
            schema.blocks.iter().for_each(|b| assert_eq!(schema.block(b.name), Some(b), "{name}"));
            assert!(schema.member("none of this name").is_none(), "{name}");
        }
    }

    #[test]
    fn every_shared_body_is_there() {
        let last_words = RECORDS.text.lines().filter_map(|line| line.rsplit(' ').next());
        let mut shared: Vec<_> = last_words.filter(|word| word.starts_with(SHARED)).collect();
        shared.sort_unstable();
        shared.dedup();
        assert!(shared.len() > 700, "{}", shared.len());
        shared.into_iter().for_each(|name| assert!(load(name).is_some(), "{name}"));
    }
}
