//! References: read from text, and taken apart. They name things and are not values.

use std::sync::Arc;

use super::address::is_name_char;
use super::module::{IgnoredPath, ProviderRef};
use crate::source::Span;
use crate::syntax::{AttrExpr, Expr, ExprKind, Ident, Text};

/// Reads `a.b[0].c["k"]`, as JSON configurations write references. Every node gets the span of the whole text.
pub(crate) fn parse_reference(text: &str, span: Span) -> Option<Expr> {
    let mut rest = text;
    let node = |kind| Expr { kind, span };
    let mut expr = node(ExprKind::Variable(take_name(&mut rest)?));
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            let name = Ident { text: take_name(&mut rest)?, span };
            expr = node(ExprKind::Attr(Box::new(AttrExpr { base: expr, name })));
        } else {
            rest = rest.strip_prefix('[')?;
            let key = take_key(&mut rest)?;
            rest = rest.strip_prefix(']')?;
            expr = node(ExprKind::Index(Box::new(expr), Box::new(node(key))));
        }
    }
    Some(expr)
}

fn take_name(rest: &mut &str) -> Option<Text> {
    let end = rest.char_indices().find(|(i, c)| !is_name_char(*c, *i == 0)).map_or(rest.len(), |(i, _)| i);
    let name = &rest[..end];
    *rest = &rest[end..];
    (!name.is_empty()).then(|| Text::from(name))
}

fn take_key(rest: &mut &str) -> Option<ExprKind> {
    if let Some(quoted) = rest.strip_prefix('"') {
        // References written as text hold plain keys; an escape or interpolation makes it something else.
        let end = quoted.find(['"', '\\', '$'])?;
        let key = quoted[..end].into();
        *rest = quoted[end..].strip_prefix('"')?;
        return Some(ExprKind::String(key));
    }
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let digits = &rest[..end];
    *rest = &rest[end..];
    (!digits.is_empty()).then(|| ExprKind::Number(digits.into()))
}

/// The names of a reference without indices: `module.a["x"].b` gives `module`, `a`, `b`.
pub(crate) fn names_of(expr: &Expr) -> Option<Vec<Text>> {
    match &expr.kind {
        ExprKind::Variable(name) => Some(vec![name.clone()]),
        // A provider may be called `null`: `null.west`.
        ExprKind::Null => Some(vec!["null".into()]),
        ExprKind::Attr(attr) => {
            let AttrExpr { base, name } = &**attr;
            let mut names = names_of(base)?;
            names.push(name.text.clone());
            Some(names)
        }
        ExprKind::Index(base, _) | ExprKind::Splat { base, .. } | ExprKind::Paren(base) => names_of(base),
        _ => None,
    }
}

/// Reads `aws`, `aws.west` or `aws.by_region["x"]`.
pub(crate) fn provider_ref(expr: &Expr) -> Option<ProviderRef> {
    let (base, key) = match &expr.kind {
        ExprKind::Index(base, key) => (&**base, Some(Arc::new((**key).clone()))),
        _ => (expr, None),
    };
    let names = names_of(base)?;
    let (name, alias) = match names.as_slice() {
        [name] => (name.clone(), None),
        [name, alias] => (name.clone(), Some(alias.clone())),
        _ => return None,
    };
    Some(ProviderRef { name, alias, key, span: expr.span })
}

/// Reads one element of `ignore_changes`: `tags["Name"]`.
pub(crate) fn ignored_path(expr: &Expr) -> Option<IgnoredPath> {
    let whole = matches!(expr.kind, ExprKind::Variable(_));
    let argument = names_of(expr)?.into_iter().next()?;
    Some(IgnoredPath { argument, whole, span: expr.span })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn parse(text: &str) -> Option<Expr> {
        parse_reference(text, Span::new(FileId(0), 0, text.len()))
    }

    #[test]
    fn references_are_read_from_text() {
        for (text, expected) in [
            ("aws_vpc.a", "aws_vpc a"),
            ("module.net[0].x", "module net x"),
            (r#"data.aws_ami.a["k.l"].id"#, "data aws_ami a id"),
            ("all", "all"),
        ] {
            let names = names_of(&parse(text).expect(text)).unwrap();
            assert_eq!(names.join(" "), expected);
        }
        for text in ["", "a.", "a[", "a[x]", "a b", "${a}", r#"a["${x}"]"#, "a..b"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn providers_and_ignored_paths_are_taken_apart() {
        let provider = provider_ref(&parse(r#"aws.by["x"]"#).unwrap()).unwrap();
        assert_eq!((&*provider.name, provider.alias.as_deref(), provider.key.is_some()), ("aws", Some("by"), true));
        assert!(provider_ref(&parse("a.b.c").unwrap()).is_none());
        let path = ignored_path(&parse(r#"tags["Name"]"#).unwrap()).unwrap();
        assert_eq!((&*path.argument, path.whole), ("tags", false));
        assert!(ignored_path(&parse("tags").unwrap()).unwrap().whole);
    }
}
