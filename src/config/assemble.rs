//! The blocks of a folder's files, primary and override ones, merged into a [`Module`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::address::{Mode, ResourceName, is_name_char};
use super::body::BodyReader;
use super::declarations::{Declarations, HasName};
use super::decode;
use super::module::{Local, Module, Provenance, ProviderName};
use super::named::{Named, Written};
use super::settings_builder::SettingsBuilder;
use super::suggest::nearest;
use crate::source::{Problem, ProblemKind, Span};
use crate::syntax::{Attribute, Block, Document, Ident, Text};

/// One file of a module.
pub(crate) struct ModuleFile {
    pub(crate) document: Arc<Document>,
    pub(crate) is_override: bool,
}

/// What a folder holds, read.
pub(crate) struct ModuleFolder {
    pub(crate) dir: PathBuf,
    pub(crate) name: Text,
    /// In the order of loading: primary files, then override files.
    pub(crate) files: Vec<ModuleFile>,
    /// What is wrong with files that could not be read.
    pub(crate) problems: Vec<Problem>,
    /// Whether files are missing from `files` that Terraform would read.
    pub(crate) incomplete: bool,
    /// Whether more of them may be written before Terraform runs.
    pub(crate) generated: bool,
    pub(crate) opentofu: bool,
    pub(crate) provenance: Provenance,
}

/// Top-level block types.
const TOP_LEVEL: [&str; 16] = [
    "terraform",
    "provider",
    "variable",
    "locals",
    "output",
    "module",
    "resource",
    "data",
    "ephemeral",
    "moved",
    "import",
    "removed",
    "check",
    // These say nothing that is looked at here.
    "language",
    "action",
    "list",
];

/// How many labels a top-level block has; none where there is no such block.
fn labels_of(kind: &str) -> Option<usize> {
    match kind {
        "resource" | "data" | "ephemeral" | "action" | "list" => Some(2),
        "variable" | "output" | "module" | "provider" | "check" => Some(1),
        "locals" | "terraform" | "moved" | "import" | "removed" | "language" => Some(0),
        _ => None,
    }
}

/// Merges a folder's files. Whatever is wrong becomes a problem of the module and stops nothing else.
pub(crate) fn assemble(folder: ModuleFolder) -> Module {
    let json = folder.files.iter().filter(|f| f.document.json).map(|f| f.document.file);
    let mut builder =
        Builder { reader: BodyReader::new(json), settings: SettingsBuilder::default(), declared: Declared::default() };
    for file in &folder.files {
        builder.file(file);
    }
    builder.finish(&folder)
}

impl Module {
    /// The module of a folder without configuration.
    pub(crate) fn empty(dir: &Path) -> Module {
        assemble(ModuleFolder {
            dir: dir.to_path_buf(),
            name: ".".into(),
            files: Vec::new(),
            problems: Vec::new(),
            incomplete: false,
            generated: false,
            opentofu: false,
            provenance: Provenance::Checked,
        })
    }
}

struct Builder<'d> {
    reader: BodyReader,
    settings: SettingsBuilder,
    declared: Declared<'d>,
}

/// What is declared so far.
#[derive(Default)]
struct Declared<'d> {
    variables: Named<Text, Written<'d>>,
    outputs: Named<Text, Written<'d>>,
    calls: Named<Text, Written<'d>>,
    checks: Named<Text, Written<'d>>,
    locals: Named<Text, Local>,
    providers: Named<ProviderName, Written<'d>>,
    resources: Named<ResourceName, Written<'d>>,
    /// `moved`, `removed` and `import`, which have no names.
    moves: Vec<&'d Block>,
}

impl<'d> Builder<'d> {
    fn file(&mut self, file: &'d ModuleFile) {
        for attribute in &file.document.body.attributes {
            self.top_level_argument(attribute, file.document.json);
        }
        self.settings.begin_file();
        for block in &file.document.body.blocks {
            let Some(labels) = labels_of(&block.kind.text) else {
                self.unknown_block(&block.kind, block.header);
                continue;
            };
            if self.has_labels(block, labels) {
                self.block(block, file.is_override);
            }
        }
    }

    fn top_level_argument(&mut self, attribute: &Attribute, json: bool) {
        let name = &attribute.name;
        // In JSON every property looks like an argument, a misspelt block type as well.
        if json {
            if &*name.text != "//" && labels_of(&name.text).is_none() {
                self.unknown_block(name, name.span);
            }
            return;
        }
        let message = format!("an argument, `{}`, stands outside of any block", name.text);
        let problem = Problem::error(ProblemKind::Configuration, attribute.span(), message, "not expected here");
        self.reader
            .report(problem.with_help("values of variables belong in a `.tfvars` file, named values in `locals`"));
    }

    fn unknown_block(&mut self, kind: &Ident, header: Span) {
        let message = format!("Terraform has no `{}` block", kind.text);
        let problem = Problem::error(ProblemKind::Configuration, header, message, "unknown block type");
        let suggestion = nearest(&kind.text, TOP_LEVEL);
        self.reader.report(match suggestion {
            Some(name) => problem.with_help(format!("did you mean `{name}`?")),
            None => problem,
        });
    }

    /// Whether a block has at least the labels it needs; more or fewer are a problem.
    fn has_labels(&mut self, block: &Block, expected: usize) -> bool {
        let kind = &block.kind.text;
        if block.labels.len() != expected {
            let wanted = match expected {
                0 => "no label",
                1 => "one label, its name",
                _ => "two labels, type and name",
            };
            let message = format!("a `{kind}` block has {wanted}");
            self.reader.error(block.header, message, format!("{} written", count_labels(block.labels.len())));
        }
        for label in block.labels.iter().take(expected) {
            if !is_name(&label.text) {
                let message = format!("`{}` is not a valid name", label.text);
                let label_text = "a name is a letter or `_`, then letters, digits, `_` and `-`";
                self.reader.error(label.span, message, label_text);
            }
        }
        block.labels.len() >= expected
    }

    fn block(&mut self, block: &'d Block, is_override: bool) {
        let Builder { reader, declared, settings } = self;
        match &*block.kind.text {
            "terraform" => settings.block(reader, block, is_override),
            "locals" => {
                for attribute in &block.body.attributes {
                    local(reader, &mut declared.locals, attribute, is_override);
                }
                for nested in &block.body.blocks {
                    let message = format!("`locals` holds named values; it has no block `{}`", nested.kind.text);
                    reader.error(nested.header, message, "not expected here");
                }
            }
            "variable" => named(&mut declared.variables, block, is_override),
            "output" => named(&mut declared.outputs, block, is_override),
            "module" => named(&mut declared.calls, block, is_override),
            "check" if is_override => not_overridable(reader, block),
            "check" => {
                named(&mut declared.checks, block, is_override);
                for data in reader.blocks(&block.body, "data", 2) {
                    let data = Written::Changed(Box::new(data));
                    resource(&mut declared.resources, data, is_override);
                }
            }
            "provider" => {
                let name = decode::provider_name(reader, block);
                declared.providers.add(name, Written::AsItIs(block), is_override);
            }
            "resource" | "data" | "ephemeral" => {
                resource(&mut declared.resources, Written::AsItIs(block), is_override);
            }
            "moved" | "removed" | "import" if is_override => not_overridable(reader, block),
            "moved" | "removed" | "import" => declared.moves.push(block),
            _ => {}
        }
    }

    fn finish(self, folder: &ModuleFolder) -> Module {
        let Builder { mut reader, settings, declared } = self;
        let reader = &mut reader;
        let of_kind = |kind: &'static str| declared.moves.iter().copied().filter(move |b| &*b.kind.text == kind);
        let settings = settings.finish();
        let mut module = Module {
            dir: folder.dir.clone(),
            name: folder.name.clone(),
            variables: decode_all(reader, declared.variables, decode::variable),
            locals: declared.locals.joined(reader).into_iter().map(|(_, local)| local).collect(),
            outputs: decode_all(reader, declared.outputs, decode::output),
            resources: (declared.resources.joined(reader).into_iter())
                .map(|(n, b)| decode::resource(reader, n, &b))
                .collect(),
            calls: decode_all(reader, declared.calls, |reader, b| decode::module_call(reader, &folder.dir, b)),
            providers: (declared.providers.joined(reader).into_iter())
                .map(|(n, b)| decode::provider_config(reader, n, &b))
                .collect(),
            settings,
            moved: of_kind("moved").map(|b| decode::moved(reader, b)).collect(),
            removed: of_kind("removed").map(|b| decode::removed(reader, b)).collect(),
            imports: of_kind("import").map(|b| decode::import(reader, b)).collect(),
            checks: declared.checks.joined(reader).into_iter().map(|(n, b)| (n, decode::check(reader, &b))).collect(),
            problems: folder.problems.clone(),
            incomplete: folder.incomplete || folder.files.iter().any(|f| !f.document.problems.is_empty()),
            generated: folder.generated,
            opentofu: folder.opentofu,
            provenance: folder.provenance,
            documents: folder.files.iter().map(|f| f.document.clone()).collect(),
        };
        module.problems.append(&mut reader.problems);
        module
    }
}

fn decode_all<T: HasName<Name = Text>>(
    reader: &mut BodyReader,
    blocks: Named<Text, Written<'_>>,
    decode: impl Fn(&mut BodyReader, &Block) -> T,
) -> Declarations<T> {
    blocks.joined(reader).into_iter().map(|(_, block)| decode(reader, &block)).collect()
}

fn is_name(text: &str) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    match text.as_bytes() {
        [b'a'..=b'z', rest @ ..] if rest.iter().all(is_plain) => true,
        _ => !text.is_empty() && text.char_indices().all(|(i, c)| is_name_char(c, i == 0)),
    }
}

fn count_labels(count: usize) -> String {
    match count {
        0 => "no label".to_owned(),
        1 => "1 label".to_owned(),
        n => format!("{n} labels"),
    }
}

fn not_overridable(reader: &mut BodyReader, block: &Block) {
    let message = format!("an override file may not hold a `{}` block", block.kind.text);
    reader.error(block.header, message, "not allowed here");
}

/// Declares a block that its only label names.
fn named<'d>(blocks: &mut Named<Text, Written<'d>>, block: &'d Block, is_override: bool) {
    if let Some(name) = block.labels.first() {
        blocks.add(name.text.clone(), Written::AsItIs(block), is_override);
    }
}

fn local(reader: &BodyReader, locals: &mut Named<Text, Local>, attribute: &Attribute, is_override: bool) {
    let name = &attribute.name.text;
    if &**name != "//" && reader.is_set(attribute) {
        let local = Local { name: attribute.name.clone(), value: attribute.expr.clone(), span: attribute.span() };
        locals.add(name.clone(), local, is_override);
    }
}

fn resource<'d>(resources: &mut Named<ResourceName, Written<'d>>, block: Written<'d>, is_override: bool) {
    // Surplus labels have been reported; the first two still name the resource.
    let [type_name, name, surplus @ ..] = &*block.labels else { return };
    let mode = match &*block.kind.text {
        "data" => Mode::Data,
        "ephemeral" => Mode::Ephemeral,
        _ => Mode::Managed,
    };
    let name = ResourceName { mode, type_name: type_name.text.clone(), name: name.text.clone() };
    let block = match surplus {
        [] => block,
        _ => Written::Changed(Box::new(Block { labels: block.labels[..2].into(), ..block.clone() })),
    };
    resources.add(name, block, is_override);
}
