//! `aws_iam_policy_document`: the JSON text of a policy, with merged documents.
//!
//! The shape of the text is the provider's: empty members left out, a list of one written as the element itself, lists
//! of several in reverse order of their text, `&{` in place of `${` for policy variables.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::super::expand::InstanceSlot;
use super::super::functions::{self, NoFiles};
use super::super::program::Program;
use super::super::text::{TextBuilder, from_segments, segments};
use super::super::union::alternatives;
use super::super::{ByName, Fields, Kind, Marks, Node, Segment, Type, Value, convert, json};
use crate::config::{Resource, ResourceName};
use crate::source::{Problem, ProblemKind};
use crate::syntax::Text;

/// A document merged of more statements is not worked out: AWS takes 20 KiB at most, and documents that hold each other
/// twice double with each step.
const MOST_STATEMENTS: usize = 2000;

/// The text of the document; `None` where its statements are not known.
pub(super) fn json(
    program: &Program<'_>,
    slot: &InstanceSlot,
    id: &ResourceName,
    resource: &Resource,
    indented: bool,
) -> Option<Value> {
    let document = program.all_configured(slot, id, resource);
    let mut policy = Policy::default();
    let merge = |policy: &mut Policy, argument: &str| {
        for text in documents(&document, argument)? {
            let read = program.spent.merge_document(known_bytes(text));
            if let Err(message) = read {
                message.into_iter().for_each(|message| report(program, resource, message));
                return None;
            }
            policy.merge(&decoded(text)?)?;
        }
        Some(())
    };
    merge(&mut policy, "source_policy_documents")?;
    policy.merge_own(&document)?;
    merge(&mut policy, "override_policy_documents")?;
    // What a part of it must not show, the whole must not.
    let marks = document.values().fold(Marks::NONE, |marks, part| marks.union(part.deep_marks()));
    let text = policy.into_text()?.with_marks(marks.secret());
    Some(if indented { spread_out(text) } else { text })
}

/// JSON text with each member on a line of its own, indented by two spaces.
fn spread_out(text: Value) -> Value {
    let Some(parts) = segments(&text) else { return text };
    let mut layout = Layout::default();
    let parts = parts.into_iter().map(|part| match part {
        Segment::Text(text) => Segment::Text(layout.text(&text).into()),
        unknown => unknown,
    });
    from_segments(parts.collect()).with_marks(text.marks).with_refs(&text.refs)
}

/// Where the laying out of JSON text stands.
#[derive(Default)]
struct Layout {
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// A bracket that was just opened: an empty pair stays on its line.
    opened: bool,
}

impl Layout {
    fn text(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() * 2);
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if self.in_string && !self.escaped {
                // All up to the end of the string, or to what may only look like it.
                let plain = memchr::memchr2(b'"', b'\\', rest.as_bytes()).unwrap_or(rest.len());
                out.push_str(&rest[..plain]);
                rest = &rest[plain..];
                if plain > 0 {
                    continue;
                }
            }
            rest = &rest[c.len_utf8()..];
            if self.in_string {
                out.push(c);
                self.in_string = self.escaped || c != '"';
                self.escaped = c == '\\' && !self.escaped;
                continue;
            }
            let closes = matches!(c, '}' | ']');
            match (closes, self.opened) {
                (true, true) => self.depth -= 1,
                (true, false) => {
                    self.depth -= 1;
                    self.line(&mut out);
                }
                (false, true) => self.line(&mut out),
                (false, false) => {}
            }
            self.opened = matches!(c, '{' | '[');
            self.depth += usize::from(self.opened);
            self.in_string = c == '"';
            out.push(c);
            match c {
                ',' => self.line(&mut out),
                ':' => out.push(' '),
                _ => {}
            }
        }
        out
    }

    fn line(&self, out: &mut String) {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", self.depth));
    }
}

fn encode(value: &Value) -> Option<Value> {
    let jsonencode = functions::lookup("jsonencode")?;
    functions::call(jsonencode, &NoFiles, std::slice::from_ref(value)).ok()
}

/// The documents of a list argument, as text; `None` where it is not known how many there are.
fn documents<'d>(document: &'d ByName<Value>, name: &str) -> Option<impl Iterator<Item = &'d Value>> {
    let items = match document.get(name).filter(|v| !v.is_null()) {
        Some(list) => &list.as_seq().filter(|s| s.rest.is_none())?.items[..],
        None => &[],
    };
    Some(items.iter().filter(|v| !v.is_null() && v.as_str() != Some("")))
}

/// A document that is read; `None` where it is not known.
fn decoded(text: &Value) -> Option<Value> {
    let decode = functions::lookup("jsondecode")?;
    functions::call(decode, &NoFiles, std::slice::from_ref(text)).ok().filter(|v| !v.is_unknown())
}

fn known_bytes(text: &Value) -> usize {
    let bytes = |part: &Segment| if let Segment::Text(text) = part { text.len() } else { 0 };
    match (&text.kind, segments(text)) {
        (Kind::String(text), _) => text.len(),
        (_, parts) => parts.iter().flatten().map(bytes).sum(),
    }
}

fn report(program: &Program<'_>, resource: &Resource, message: String) {
    let problem = Problem::warning(ProblemKind::Limit, resource.header, message, "too much here");
    program.report(problem.with_help("what this document says is not known, nor what others say beyond this"));
}

/// A policy while it is put together.
#[derive(Default)]
struct Policy {
    version: Option<Value>,
    id: Option<Value>,
    statements: Vec<ByName<Value>>,
    /// Where those with a known `Sid` stand.
    places: FxHashMap<Text, usize>,
}

impl Policy {
    /// Merges a decoded document; a statement with a known `Sid` replaces the earlier one in its place.
    fn merge(&mut self, document: &Value) -> Option<()> {
        let fields = document.as_fields().filter(|f| f.rest.is_none())?;
        if let Some(id) = fields.entries.get("Id") {
            self.id = Some(id.clone());
        }
        if let Some(version) = fields.entries.get("Version") {
            self.version.get_or_insert(version.clone());
        }
        let statements = match fields.entries.get("Statement") {
            Some(v) if v.as_seq().is_some() => v.as_seq().filter(|s| s.rest.is_none())?.items.clone(),
            Some(v) => vec![v.clone()],
            None => Vec::new(),
        };
        if self.statements.len() + statements.len() > MOST_STATEMENTS {
            return None;
        }
        for statement in statements {
            self.add(statement.as_fields().filter(|f| f.rest.is_none())?.entries.clone());
        }
        Some(())
    }

    fn add(&mut self, statement: ByName<Value>) {
        let sid = match statement.get("Sid").map(|sid| &sid.kind) {
            Some(Kind::String(sid)) if !sid.is_empty() => Some(sid.clone()),
            _ => None,
        };
        let next = self.statements.len();
        let place = sid.map_or(next, |sid| *self.places.entry(sid).or_insert(next));
        match self.statements.get_mut(place) {
            Some(earlier) => *earlier = statement,
            None => self.statements.push(statement),
        }
    }

    /// Adds what the data source's own arguments and blocks say.
    fn merge_own(&mut self, document: &ByName<Value>) -> Option<()> {
        let written = |name: &str| document.get(name).filter(|v| !v.is_null()).cloned();
        if let Some(id) = written("policy_id") {
            self.id = Some(id);
        }
        if let Some(version) = written("version") {
            self.version = Some(version);
        }
        let Some(statements) = written("statement") else { return Some(()) };
        for statement in &statements.as_seq().filter(|s| s.rest.is_none())?.items {
            self.add(own_statement(statement.as_fields()?)?);
        }
        Some(())
    }

    /// The text, members in the provider's order.
    fn into_text(self) -> Option<Value> {
        let version = self.version.unwrap_or_else(|| "2012-10-17".into());
        let mut out = TextBuilder::default();
        member("{", "Version", &version, &mut out)?;
        if let Some(id) = &self.id {
            member(",", "Id", id, &mut out)?;
        }
        for (index, statement) in self.statements.iter().enumerate() {
            out.push_str(if index == 0 { ",\"Statement\":[{" } else { ",{" }).ok()?;
            let mut before = "";
            for name in MEMBERS {
                if let Some(value) = statement.get(name) {
                    member(before, name, value, &mut out)?;
                    before = ",";
                }
            }
            out.push_str("}").ok()?;
        }
        out.push_str(if self.statements.is_empty() { "}" } else { "]}" }).ok()?;
        Some(out.finish())
    }
}

/// The members of a statement in the order of the text.
const MEMBERS: [&str; 9] =
    ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"];

/// Adds `"name":value` behind what stands before it.
fn member(before: &str, name: &str, value: &Value, out: &mut TextBuilder) -> Option<()> {
    for text in [before, "\"", name, "\":"] {
        out.push_str(text).ok()?;
    }
    // Only what is not known needs more than writing it down: it may be one of several values.
    if value.is_wholly_known() {
        return json::push(out, value).ok();
    }
    out.push_segments(segments(&encode(value)?)?);
    Some(())
}

fn own_statement(fields: &Fields) -> Option<ByName<Value>> {
    let mut statement = ByName::new();
    let written = |name: &str| fields.entries.get(name).filter(|v| !v.is_null());
    if let Some(sid) = written("sid").filter(|v| v.as_str() != Some("")) {
        statement.insert(Text::from("Sid"), sid.clone());
    }
    statement.insert("Effect".into(), written("effect").cloned().unwrap_or_else(|| "Allow".into()));
    for (argument, member) in [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ] {
        if let Some(list) = written(argument)
            && let Some(value) = one_or_many(list, true)
        {
            statement.insert(member.into(), value);
        }
    }
    for (argument, member) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        if let Some(blocks) = written(argument) {
            statement.insert(member.into(), principals(blocks)?);
        }
    }
    if let Some(blocks) = written("condition") {
        statement.insert("Condition".into(), conditions(blocks)?);
    }
    Some(statement)
}

/// A list as the provider writes it: one element alone, several in reverse order; nothing for an empty list. A list
/// that is not wholly known stays as it is.
fn one_or_many(list: &Value, reversed: bool) -> Option<Value> {
    let Some(seq) = list.as_seq().filter(|s| s.rest.is_none()) else { return Some(list.clone()) };
    let mut items: Vec<Value> = seq.items.iter().map(policy_variables).collect();
    if reversed && items.iter().all(|v| v.as_str().is_some()) {
        items.sort_by(|a, b| b.as_str().cmp(&a.as_str()));
        items.dedup();
    }
    match items.len() {
        0 => None,
        1 => items.pop(),
        _ => Some(Value::tuple(items)),
    }
}

/// `&{` stands for the `${` of IAM's own variables.
fn policy_variables(value: &Value) -> Value {
    let replaced = |text: &str| Text::from(text.replace("&{", "${"));
    let parts = match &value.kind {
        Kind::String(text) if text.contains("&{") => {
            return Value { kind: Kind::String(replaced(text)), ..value.clone() };
        }
        Kind::String(_) => return value.clone(),
        Kind::Unknown(_) => segments(value),
        _ => None,
    };
    let Some(parts) = parts else { return convert::convert(value, &Type::String).unwrap_or_else(|_| value.clone()) };
    let parts = parts.into_iter().map(|part| match part {
        Segment::Text(text) => Segment::Text(replaced(&text)),
        unknown => unknown,
    });
    from_segments(parts.collect())
}

fn principals(blocks: &Value) -> Option<Value> {
    let seq = blocks.as_seq().filter(|s| s.rest.is_none())?;
    let mut by_type: BTreeMap<Text, Vec<Value>> = BTreeMap::new();
    for block in &seq.items {
        let fields = block.as_fields()?;
        let kind = Text::from(fields.entries.get("type")?.as_str()?);
        let identifiers = fields.entries.get("identifiers")?;
        let identifiers = match identifiers.as_seq().filter(|s| s.rest.is_none()) {
            Some(seq) => seq.items.clone(),
            None => vec![identifiers.clone()],
        };
        let anyone = identifiers.len() == 1 && identifiers[0].as_str() == Some("*");
        if &*kind == "*" && anyone && seq.items.len() == 1 {
            return Some("*".into());
        }
        by_type.entry(kind).or_default().extend(identifiers);
    }
    let entry = |(kind, values): (Text, Vec<Value>)| Some((kind, one_or_many(&Value::tuple(values), true)?));
    Some(Value::object(by_type.into_iter().filter_map(entry).collect()))
}

/// What texts of which one is meant end in together: `:sub` of two issuers.
fn common_end(texts: &[Value]) -> Option<Text> {
    let mut texts = texts.iter().map(Value::as_str);
    let first = texts.next()??;
    let mut end = first;
    for text in texts {
        let shared = end.chars().rev().zip(text?.chars().rev()).take_while(|(a, b)| a == b);
        let length: usize = shared.map(|(c, _)| c.len_utf8()).sum();
        end = &end[end.len() - length..];
    }
    Some(end.into())
}

fn conditions(blocks: &Value) -> Option<Value> {
    let seq = blocks.as_seq().filter(|s| s.rest.is_none())?;
    let mut by_test: BTreeMap<Text, Vec<(Text, Value)>> = BTreeMap::new();
    for block in &seq.items {
        let fields = block.as_fields()?;
        let test = Text::from(fields.entries.get("test")?.as_str()?);
        // A variable whose name is built from an issuer that is not known yet: keep what is known of it.
        let variable = fields.entries.get("variable")?;
        let name = match (&variable.kind, segments(variable)) {
            (Kind::String(name), _) => name.clone(),
            (_, Some(parts)) if alternatives(variable).is_none() => {
                Text::from(parts.iter().map(|p| if let Segment::Text(t) = p { t } else { "" }).collect::<String>())
            }
            _ => common_end(&alternatives(variable)?)?,
        };
        let value = one_or_many(fields.entries.get("values")?, false).unwrap_or_else(|| Value::tuple(Vec::new()));
        by_test.entry(test).or_default().push((name, value.with_refs(&variable.deep_refs())));
    }
    let members = by_test.into_iter().map(|(test, members)| (test, Value::object(members.into_iter().collect())));
    Some(Kind::Object(Node::new(Fields { entries: members.collect(), ..Fields::default() })).into())
}
