//! Makes the compact texts below `rules/facts/provider` from tables of tab-separated values, to carry in a new version
//! of the provider:
//!
//! ```text
//! cargo run --example provider_facts -- schema   6.25.0 2026-08 schema.tsv                             > rules/facts/provider/schema.txt
//! cargo run --example provider_facts -- defaults 6.25.0 2026-08 schema.tsv defaults.tsv conditions.tsv > rules/facts/provider/defaults.txt
//! ```
//!
//! The second and third word are the provider's version and when its schema and documentation were read.
//! The tables' columns, under a heading line; lines that start with `#` are left out:
//!
//! - schema: resource, path, kind (argument, block, attribute), type, mode, nesting, deprecated (0 or 1)
//! - defaults: resource, path, value (a literal), basis (documented, zero, checked)
//! - conditions: resource, path, what the default depends on
//!
//! What was checked by hand lies in `checked.txt` and is never generated.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::{env, fs, io};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let text = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["schema", version, date, schema] => schema_text(version, date, &read_schema(schema)?),
        ["defaults", version, date, schema, defaults, conditions] => {
            let bodies = defaults_by_resource(&read_schema(schema)?, &rows(defaults)?, &rows(conditions)?)?;
            format!("# provider: hashicorp/aws {version}\n# read: {date}\n{DEFAULTS_NOTES}{bodies}")
        }
        _ => return Err("see the comment at the top of examples/provider_facts.rs".into()),
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

/// One line of the schema table, with what lies below its path.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Node {
    /// Mode, type and mark of deprecation, as the outline writes them.
    code: String,
    /// Something lies below it that is not known.
    open: bool,
    body: BTreeMap<String, Node>,
}

type Schemas = BTreeMap<String, Node>;

/// The rows of a table, without comments and heading.
fn rows<const COLUMNS: usize>(path: &str) -> Result<Vec<[String; COLUMNS]>> {
    let text = fs::read_to_string(path)?;
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines
        .map(|line| {
            let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
            cells.try_into().map_err(|_| format!("{path}: not {COLUMNS} columns: {line}").into())
        })
        .collect()
}

fn read_schema(path: &str) -> Result<Schemas> {
    let mut schemas = Schemas::new();
    for [resource, path, kind, ty, mode, nesting, deprecated] in rows::<7>(path)? {
        let mut node = schemas.entry(resource).or_default();
        for name in path.split('.') {
            node = node.body.entry(name.to_owned()).or_default();
        }
        node.code = format!("{}{}{}", mode_code(&mode)?, type_code(&kind, &ty, &nesting)?, dash(&deprecated));
        node.open = ty == "any" && kind == "block";
    }
    Ok(schemas)
}

fn mode_code(mode: &str) -> Result<char> {
    match mode {
        "required" => Ok('!'),
        "optional" => Ok('?'),
        "optional+computed" => Ok('~'),
        "computed" => Ok('='),
        _ => Err(format!("unknown mode {mode}").into()),
    }
}

fn dash(deprecated: &str) -> &'static str {
    if deprecated == "1" { "-" } else { "" }
}

fn type_code(kind: &str, ty: &str, nesting: &str) -> Result<String> {
    if kind == "block" {
        let code = match nesting {
            "single" => "{o",
            "list(0..1)" | "list(1..1)" => "{l1",
            "list(0..)" | "list(1..)" => "{l",
            "set(0..1)" | "set(1..1)" => "{s1",
            "set(0..)" | "set(1..)" => "{s",
            _ => return Err(format!("unknown nesting {nesting}").into()),
        };
        return Ok(code.to_owned());
    }
    let collection = |prefix: &str| ty.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(')'));
    for (prefix, code) in [("list(", 'L'), ("set(", 'S'), ("map(", 'M')] {
        if let Some(element) = collection(prefix) {
            return Ok(format!("{code}{}", type_code(kind, element, nesting)?));
        }
    }
    match ty {
        "any" => Ok("a".to_owned()),
        "bool" => Ok("b".to_owned()),
        "number" => Ok("n".to_owned()),
        "string" => Ok("s".to_owned()),
        "object" => Ok("O".to_owned()),
        _ => Err(format!("unknown type {ty}").into()),
    }
}

fn schema_text(version: &str, date: &str, schemas: &Schemas) -> String {
    let mut shared = Shared::default();
    schemas.values().for_each(|node| shared.count(node));
    let mut resources = String::new();
    for (name, node) in schemas {
        resources.push_str(name);
        resources.push('\n');
        shared.write(&mut resources, node, 1);
    }
    let mut texts = BTreeMap::new();
    let mut done = 0;
    while let Some((name, node)) = shared.order.get(done).cloned() {
        let mut text = format!("{name}\n");
        shared.write(&mut text, &node, 1);
        texts.insert(name, text);
        done += 1;
    }
    let bodies: String = texts.into_values().collect();
    format!("# provider: hashicorp/aws {version}\n# read: {date}\n{SCHEMA_NOTES}{bodies}{resources}")
}

const SCHEMA_NOTES: &str = "\
# note: the format is explained in the README; made by examples/provider_facts.rs
# note: deprecation, blocks of which there is at most one, and statements of aws_wafv2 are those of a later 6.x
";

/// Bodies that occur more than once: they get a name, and are written once.
#[derive(Default)]
struct Shared {
    counts: HashMap<BTreeMap<String, Node>, usize>,
    names: HashMap<BTreeMap<String, Node>, String>,
    ordinals: HashMap<String, usize>,
    order: Vec<(String, Node)>,
}

impl Shared {
    fn count(&mut self, node: &Node) {
        for child in node.body.values().filter(|child| !child.body.is_empty()) {
            *self.counts.entry(child.body.clone()).or_default() += 1;
            self.count(child);
        }
    }

    fn write(&mut self, text: &mut String, node: &Node, depth: usize) {
        for (name, child) in &node.body {
            let _ = write!(text, "{:depth$}{name} {}", "", child.code);
            if child.body.is_empty() {
                text.push_str(if child.open { " *\n" } else { "\n" });
            } else if self.counts[&child.body] > 1 {
                let _ = writeln!(text, " {}", self.name(name, child));
            } else {
                text.push('\n');
                self.write(text, child, depth + 1);
            }
        }
    }

    /// The name of a shared body: that of the block it is first seen in, and a number.
    fn name(&mut self, block: &str, node: &Node) -> String {
        if let Some(name) = self.names.get(&node.body) {
            return name.clone();
        }
        let ordinal = self.ordinals.entry(block.to_owned()).or_default();
        *ordinal += 1;
        let name = format!("@{block}.{ordinal}");
        self.names.insert(node.body.clone(), name.clone());
        self.order.push((name.clone(), node.clone()));
        name
    }
}

fn defaults_by_resource(schemas: &Schemas, defaults: &[[String; 4]], conditions: &[[String; 3]]) -> Result<String> {
    let mut resources: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for [resource, path, value, basis] in defaults {
        let basis = match basis.as_str() {
            "documented" => 'd',
            "zero" => 'z',
            "checked" => 'c',
            _ => return Err(format!("unknown basis {basis}").into()),
        };
        // Documentation writes a template's `${` as `$${`; the value has a single dollar sign.
        let value = value.replace("$${", "${");
        let star = if is_computed(schemas, resource, path)? { "*" } else { "" };
        resources.entry(resource).or_default().push(format!(" {path} {basis}{star} {value}\n"));
    }
    for [resource, path, condition] in conditions {
        is_computed(schemas, resource, path)?;
        // Every resource has its provider's Region; saying so 1,400 times would help nobody.
        if path != "region" {
            resources.entry(resource).or_default().push(format!(" {path} ? {condition}\n"));
        }
    }
    let mut text = String::new();
    for (resource, mut lines) in resources {
        lines.sort();
        text.push_str(resource);
        text.push('\n');
        text.extend(lines);
    }
    Ok(text)
}

const DEFAULTS_NOTES: &str = "\
# note: the format is explained in the README; made by examples/provider_facts.rs, corrections go to checked.txt
# note: from the documentation of a later 6.x, for the arguments that this version has
";

/// Whether the provider fills in this argument by itself, so that a live resource keeps its value.
fn is_computed(schemas: &Schemas, resource: &str, path: &str) -> Result<bool> {
    let mut node = schemas.get(resource);
    for name in path.split('.') {
        node = node.and_then(|node| node.body.get(name));
    }
    let node = node.ok_or_else(|| format!("no argument {path} in {resource}"))?;
    Ok(node.code.starts_with('~'))
}
