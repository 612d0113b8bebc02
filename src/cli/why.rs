//! `why`: what a resource's attributes are worth, and how each came to be.

use std::collections::BTreeSet;

use super::args::WhyArgs;
use super::environments::Plan;
use super::exit::Exit;
use super::failure::Failure;
use super::options::load_options;
use super::{output, settings, terminal, threads};
use crate::config::{self, Config, Root};
use crate::eval::{self, BlockSource, Kind, Program, Value, display};
use crate::facts;
use crate::infra::{self, Infra, Instance, Tracer};
use crate::report::pretty::{Explained, Look, why_all, why_one};
use crate::report::{Note, Place};
use crate::secrets::Secrets;
use crate::source::SourceMap;
use crate::syntax::Text;

/// Explains an instance or one of its attributes, in every root and environment that has it.
pub(super) fn why(args: WhyArgs) -> Result<Exit, Failure> {
    let mut load = load_options(vec![args.dir], args.inputs.0)?;
    let settings = settings::read(args.config.as_deref(), &load.paths, &load.working_dir, &load.sources, &[])?;
    load.find_environments = settings.environments.is_empty();
    threads::start(None)?;
    let config = config::load(&load)?;
    let plan = Plan::new(&config, &settings, args.environment.as_deref())?;
    let look = terminal::look(args.color, true);
    // On a thread with room for expressions that nest deeply.
    let (text, known) = rayon::scope(|_| in_roots(&config, &plan, &args.target, look));
    if text.is_empty() {
        let nearest = eval::nearest(&args.target, known.iter().map(|a| &**a)).map(str::to_owned);
        return Err(Failure::UnknownAddress { address: args.target, nearest });
    }
    output::print(&text)?;
    Ok(Exit::Clean)
}

/// What there is to say, and the addresses that there are.
fn in_roots(config: &Config, plan: &Plan, target: &str, look: Look) -> (String, BTreeSet<Text>) {
    let sandbox = infra::sandbox(config);
    let secrets = Secrets::of(config, plan.variable_files());
    let mut known = BTreeSet::new();
    let mut parts = Vec::new();
    for (root, evaluations) in config.roots.iter().zip(&plan.of_roots) {
        let mut shown = Vec::new();
        for options in evaluations {
            let (program, infra, _) = infra::analyze(config, root, &sandbox, options);
            let explainer = Explainer { config, root, program: &program, infra: &infra, secrets: &secrets };
            let environment = options.environment.as_ref().map(|(name, _)| name.clone());
            explainer.explain(target).into_iter().for_each(|s| add(&mut shown, s, environment.as_ref()));
            known.extend(infra.instances().iter().map(|i| secrets.hide(&i.address).into()));
        }
        parts.extend(shown.iter().map(|s| s.text(evaluations.len(), (&config.sources, &secrets), look)));
    }
    (parts.join("\n"), known)
}

/// What is shown of one instance.
struct Shown {
    title: String,
    /// Whether one attribute was asked for.
    single: bool,
    /// Its attributes; those that differ between environments stand there several times.
    attributes: Vec<Explained>,
}

impl Shown {
    fn text(&self, evaluations: usize, (sources, secrets): (&SourceMap, &Secrets), look: Look) -> String {
        let everywhere = |a: &Explained| a.environments.len() == evaluations;
        let attribute = |a: &Explained| Explained {
            environments: if everywhere(a) { Vec::new() } else { a.environments.clone() },
            ..a.clone()
        };
        let attributes: Vec<Explained> = self.attributes.iter().map(attribute).collect();
        match self.single {
            true => attributes.iter().map(|a| why_one(a, sources, secrets, look)).collect::<Vec<_>>().join("\n"),
            false => why_all(&self.title, &attributes, sources, secrets, look),
        }
    }
}

/// Adds what one environment has: what is the same as in another is said once.
fn add(shown: &mut Vec<Shown>, mut new: Shown, environment: Option<&Text>) {
    new.attributes.iter_mut().for_each(|a| a.environments.extend(environment.cloned()));
    let Some(known) = shown.iter_mut().find(|s| s.title == new.title) else { return shown.push(new) };
    for attribute in new.attributes {
        let same = |a: &&mut Explained| {
            a.name == attribute.name
                && a.value == attribute.value
                && a.place == attribute.place
                && a.trail == attribute.trail
        };
        if let Some(same) = known.attributes.iter_mut().find(same) {
            same.environments.extend(attribute.environments);
        } else {
            let behind = known.attributes.iter().rposition(|a| a.name <= attribute.name).map_or(0, |at| at + 1);
            known.attributes.insert(behind, attribute);
        }
    }
}

struct Explainer<'a> {
    config: &'a Config,
    root: &'a Root,
    program: &'a Program<'a>,
    infra: &'a Infra,
    secrets: &'a Secrets,
}

impl Explainer<'_> {
    /// The instances that the longest part of the target names, each with the attribute that the rest names.
    fn explain(&self, target: &str) -> Vec<Shown> {
        let cuts = cuts(target);
        let mut found: Vec<&Instance> = Vec::new();
        let mut end = 0;
        for instance in self.infra.instances() {
            let named = [&instance.address, &instance.block_address].into_iter();
            let named =
                named.filter(|address| target.starts_with(&***address) && cuts.binary_search(&address.len()).is_ok());
            let Some(longest) = named.map(|address| address.len()).max().filter(|length| *length >= end) else {
                continue;
            };
            if longest > end {
                found.clear();
                end = longest;
            }
            found.push(instance);
        }
        let path = path(&target[end..]);
        found.into_iter().filter_map(|instance| self.instance(instance, &path)).collect()
    }

    fn instance(&self, instance: &Instance, path: &[&str]) -> Option<Shown> {
        let sources = &self.config.sources;
        if path.is_empty() {
            let names = attribute_names(instance);
            let attributes = names.iter().filter_map(|name| self.attribute(instance, &[name]));
            let address = self.secrets.hide(&instance.address);
            let title = format!("{address} ({})", Place::of(instance.block.header, sources));
            return Some(Shown { title, single: false, attributes: attributes.collect() });
        }
        let mut explained = self.attribute(instance, path)?;
        explained.name = format!("{}.{}", self.secrets.hide(&instance.address), explained.name);
        if self.config.roots.len() > 1 {
            explained.name += &format!(" (in {})", self.root.name);
        }
        Some(Shown { title: explained.name.clone(), single: true, attributes: vec![explained] })
    }

    fn attribute(&self, instance: &Instance, path: &[&str]) -> Option<Explained> {
        let (first, deeper) = path.split_first()?;
        let (mut name, mut block) = (*first, instance.block.clone());
        let mut value = self.infra.attribute(instance.id, first);
        for step in deeper {
            let inner = first_block(&value);
            (value, block, name) = match (&inner, step.parse::<usize>()) {
                (_, Ok(position)) => (value.as_seq()?.items.get(position)?.clone(), block, name),
                (Some((object, inner)), Err(_)) => {
                    (eval::attribute(object, step).ok()?, BlockSource::clone(inner), *step)
                }
                (None, Err(_)) => (eval::attribute(&value, step).ok()?, block, name),
            };
        }
        let secret = value.deep_marks().are_secret();
        let trail = Tracer::trail(self.program, &block, name, secret);
        let sources = &self.config.sources;
        let note = |s: infra::TrailStep| Note {
            place: Place::of(s.span, sources),
            text: self.secrets.hide(&s.note).into_owned(),
        };
        Some(Explained {
            name: path.join("."),
            value: self.secrets.hide(&display::short(&value)).into_owned(),
            origin: trail.origin,
            place: Place::of(written(&block, name), sources),
            trail: trail.steps.into_iter().map(note).collect(),
            environments: Vec::new(),
        })
    }
}

/// Where the address in a target may end, in ascending order: before each dot that is not part of a key, and at the end.
fn cuts(target: &str) -> Vec<usize> {
    let (mut in_quotes, mut in_key) = (false, false);
    let mut cuts = Vec::new();
    for (i, c) in target.char_indices() {
        match c {
            '"' => in_quotes = !in_quotes,
            '[' if !in_quotes => in_key = true,
            ']' if !in_quotes => in_key = false,
            '.' if !in_quotes && !in_key => cuts.push(i),
            _ => {}
        }
    }
    cuts.push(target.len());
    cuts
}

/// The steps of what stands behind an address: `.d[1].e`.
fn path(rest: &str) -> Vec<&str> {
    rest.split(['.', '[', ']']).filter(|step| !step.is_empty()).collect()
}

/// What is configured, and what the provider decides.
fn attribute_names(instance: &Instance) -> BTreeSet<Text> {
    let mut names: BTreeSet<Text> = instance.attributes.keys().cloned().collect();
    if let Some(defaults) = facts::defaults(&instance.type_name) {
        names.extend(defaults.iter().map(|(path, _)| path).filter(|p| !p.contains('.')).map(Text::from));
    }
    names
}

/// The nested block that a value is, or the first of a list of them.
fn first_block(value: &Value) -> Option<(Value, std::sync::Arc<BlockSource>)> {
    match &value.kind {
        Kind::Object(fields) => fields.block.clone().map(|block| (value.clone(), block)),
        _ => value.as_seq().and_then(|s| s.items.first()).and_then(first_block),
    }
}

/// Where an argument or nested block stands; the header of what should hold it where it does not.
fn written(block: &BlockSource, name: &str) -> crate::source::Span {
    let argument = block.body.attribute(name).map(|a| a.span());
    argument.or_else(|| block.body.blocks(name).next().map(|b| b.header)).unwrap_or(block.header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_an_address_and_a_path() {
        let target = "module.a[\"x.y\"].aws_b.c[0].d[1].e";
        let addresses: Vec<&str> = cuts(target).into_iter().map(|cut| &target[..cut]).collect();
        let expected = [
            "module",
            "module.a[\"x.y\"]",
            "module.a[\"x.y\"].aws_b",
            "module.a[\"x.y\"].aws_b.c[0]",
            "module.a[\"x.y\"].aws_b.c[0].d[1]",
            target,
        ];
        assert_eq!(addresses, expected);
        assert_eq!(path(".d[1].e"), ["d", "1", "e"]);
        assert!(path("").is_empty());
    }
}
