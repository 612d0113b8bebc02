//! Questions about the graph: what a value refers to, who refers to an instance, and whether somebody unseen might.
//!
//! Answers are tuples of handles. Where the answer may not be complete the tuple is open: its `rest` says what a
//! further element could be, so that Terraform's own functions come to "unknown" by themselves.

use std::sync::{Arc, Mutex, RwLock};

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::names::{self, UNKNOWN_TOKEN, token};
use super::{Infra, InstanceId, InstanceKind, Receiver};
use crate::eval::{Cause, Hint, Kind, Reference, ReferenceKind, Step, Type, Value, union};
use crate::facts::{Member, Mode};
use crate::syntax::Text;

/// Indexes made when first asked for.
#[derive(Default)]
pub struct Holders {
    /// By type, then by attribute.
    by_attribute: Mutex<FxHashMap<Text, FxHashMap<Text, Arc<HolderIndex>>>>,
    by_identity: Mutex<FxHashMap<Text, Arc<IdentityIndex>>>,
    /// The texts by which instances may be named elsewhere, of those that were asked about: what they are configured to
    /// does not change.
    identities: RwLock<FxHashMap<InstanceId, Arc<[Text]>>>,
}

/// The instances of a type by the texts that name them.
type IdentityIndex = FxHashMap<Text, Vec<InstanceId>>;

/// Most are held by one or two.
type Few<T> = SmallVec<[T; 2]>;

/// Who holds what in one attribute of one type.
#[derive(Default)]
struct HolderIndex {
    by_target: FxHashMap<InstanceId, Few<Holder>>,
    by_token: FxHashMap<Text, Few<Holder>>,
    /// By texts that were computed from these instances, and do not name others of their types.
    by_derived: FxHashMap<Text, Vec<Derived>>,
    /// Instances whose attribute is not known and leads to nothing.
    unresolved: Vec<(InstanceId, Cause)>,
}

impl HolderIndex {
    /// Whether anything is held by a name.
    fn holds_names(&self) -> bool {
        !self.by_token.is_empty() || !self.by_derived.is_empty()
    }
}

/// Where to look for those that refer to something, resolved once for many questions; see [`Infra::candidates`].
#[derive(Clone, Default)]
pub struct Candidates {
    /// Each with whether it is about all attributes at once.
    indexes: Arc<[(Arc<HolderIndex>, bool)]>,
}

/// Who holds a text that was computed from other instances.
struct Derived {
    holder: Holder,
    of: Arc<[InstanceId]>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Holder {
    from: InstanceId,
    certain: bool,
}

/// What a value leads to.
#[derive(Default)]
struct Leads<'a> {
    /// The types of those that are looked for, where somebody looks for some: texts that can name none of them are not
    /// worked out.
    types: Option<&'a [&'a str]>,
    targets: Few<(InstanceId, bool)>,
    tokens: Few<(Text, bool)>,
    /// Texts that were computed from instances, such as `"${aws_lambda_function.a.function_name}-dlq"`: known, or stand-ins
    /// for what is not.
    derived: Vec<(Text, bool, Arc<[InstanceId]>)>,
    /// Why some of it leads to nothing that is here; `from_module` where only modules not on disk are to blame.
    unresolved: Option<Cause>,
    from_module: Option<Cause>,
}

/// A tuple that is being gathered.
#[derive(Default)]
pub(crate) struct Answer {
    items: SmallVec<[InstanceId; 4]>,
    maybe: SmallVec<[InstanceId; 4]>,
    doubt: Option<Cause>,
}

impl Answer {
    fn add(&mut self, id: InstanceId, certain: bool) {
        let place = if certain { &mut self.items } else { &mut self.maybe };
        place.push(id);
    }

    /// Those that may belong to it besides. There may be thousands, for each of thousands: of more than are told apart it
    /// does not matter which they are.
    fn possible(&self) -> Vec<InstanceId> {
        let mut possible = Vec::new();
        for id in &self.maybe {
            if possible.len() > union::MAX_ALTERNATIVES {
                break;
            }
            if self.items.binary_search(id).is_err() && !possible.contains(id) {
                possible.push(*id);
            }
        }
        possible.sort_unstable();
        possible
    }

    fn into_value(mut self) -> Value {
        if self.items.is_empty() && self.maybe.is_empty() && self.doubt.is_none() {
            return Value::tuple(Vec::new());
        }
        self.items.sort_unstable();
        self.items.dedup();
        let handle = |id: &InstanceId| Value::from(Kind::Handle(*id));
        let mut rest: Vec<Value> = self.possible().iter().map(handle).collect();
        rest.extend(self.doubt.iter().map(|cause| Value::unknown(Type::Any, cause.clone())));
        let rest = match rest.len() {
            0 => None,
            1 => rest.pop(),
            _ => {
                let cause = self.doubt.unwrap_or_else(Cause::how_many);
                Some(union::one_of(rest, cause, []))
            }
        };
        let items = self.items.iter().map(handle).collect();
        Value::open_tuple(items, rest)
    }
}

impl Infra {
    /// An attribute as rules see it: the configured value; else the provider's default; else, for what only the
    /// provider sets, the unknown that stands for it; else no blocks of that type, or null.
    pub fn attribute(&self, id: InstanceId, name: &str) -> Value {
        let instance = self.get(id);
        let configured = instance.attributes.get(name);
        if let Some(value) = configured.filter(|v| !v.is_null()) {
            return value.clone();
        }
        let reference = |kind| Reference::to(kind, instance.address.clone()).child(Step::Name(name.into()));
        match instance.kind {
            InstanceKind::Resource => {
                let facts = self.facts_of(id);
                let member = facts.and_then(|facts| facts.schema?.member(name));
                let mode = match member {
                    Some(Member::Argument(argument)) => Some(argument.mode),
                    _ => None,
                };
                if instance.imported && mode == Some(Mode::OptionalComputed) {
                    return super::imported::kept(name);
                }
                if let Some(default) = facts.and_then(|facts| facts.default(name)) {
                    return default.clone();
                }
                if let Some(Member::Block(_)) = member {
                    return Value::tuple(Vec::new());
                }
                let computed = mode == Some(Mode::Computed) || matches!(name, "id" | "arn");
                if computed { super::fill::computed(reference(ReferenceKind::Resource)) } else { Value::NULL }
            }
            InstanceKind::Data if configured.is_none() => {
                let reference = reference(ReferenceKind::Data);
                let cause = Cause::Data(reference.clone());
                Value::unknown_reference(reference, Type::Any, false, cause)
            }
            InstanceKind::Module => super::pseudo::of_call(instance, name),
            _ => Value::NULL,
        }
    }

    /// The instances that a value refers to, of these types (all types where none is named).
    pub fn referenced(&self, value: &Value, types: &[&str]) -> Value {
        let mut leads = Leads { types: Some(types), ..Leads::default() };
        self.leads(value, true, &mut leads);
        let wanted = |id: InstanceId| {
            let instance = self.get(id);
            types.is_empty() || (instance.kind == InstanceKind::Resource && types.contains(&&*instance.type_name))
        };
        let mut answer = Answer::default();
        for (id, certain) in leads.targets {
            if wanted(id) {
                answer.add(id, certain && !self.get(id).open);
            } else if self.get(id).kind == InstanceKind::Data && !types.is_empty() {
                let read = || Cause::Data(Reference::to(ReferenceKind::Data, self.get(id).address.clone()));
                answer.doubt.get_or_insert_with(read);
            }
        }
        let mut matched_all = true;
        for (token, certain) in &leads.tokens {
            let mut matched = false;
            for ty in types {
                for id in self.identity_index(ty).get(token).into_iter().flatten() {
                    matched = true;
                    answer.add(*id, *certain && !self.get(*id).open);
                }
            }
            // A text that names nothing here names something elsewhere.
            matched_all &= matched || !token.starts_with(UNKNOWN_TOKEN);
        }
        for (text, certain, from) in &leads.derived {
            for ty in types.iter().filter(|ty| !self.is_among(ty, from.iter())) {
                for id in self.identity_index(ty).get(text).into_iter().flatten() {
                    answer.add(*id, *certain && !self.get(*id).open);
                }
            }
        }
        let doubt = leads.unresolved.filter(|_| !matched_all || leads.tokens.is_empty());
        answer.doubt = answer.doubt.or(doubt).or(leads.from_module);
        answer.into_value()
    }

    /// The instances of these types that refer to `id` in one of these attributes (in any where none is named).
    pub fn referrers(&self, id: InstanceId, types: &[&str], attributes: &[&str]) -> Value {
        self.referrers_among(id, &self.candidates(types, attributes))
    }

    /// Where to look for those that refer to something: instances of these types, these attributes of theirs (all where
    /// none is named).
    pub fn candidates(&self, types: &[&str], attributes: &[&str]) -> Candidates {
        let attributes = if attributes.is_empty() { &[""][..] } else { attributes };
        let present = types.iter().filter(|ty| self.has_type(ty));
        let index = |ty, attribute: &&str| (self.holders_of(ty, attribute), attribute.is_empty());
        Candidates { indexes: present.flat_map(|ty| attributes.iter().map(move |name| index(ty, name))).collect() }
    }

    /// Those of the candidates that refer to `id`.
    pub fn referrers_among(&self, id: InstanceId, candidates: &Candidates) -> Value {
        let mut answer = Answer::default();
        let tokens = match candidates.indexes.iter().any(|(index, _)| index.holds_names()) {
            true => self.identities(id),
            false => Arc::default(),
        };
        let ty = &self.get(id).type_name;
        for (index, in_any) in candidates.indexes.iter() {
            let by_token = tokens.iter().flat_map(|t| index.by_token.get(t).into_iter().flatten());
            let by_derived = tokens
                .iter()
                .flat_map(|t| index.by_derived.get(t).into_iter().flatten())
                .filter(|derived| !self.is_among(ty, derived.of.iter()))
                .map(|derived| &derived.holder);
            for holder in index.by_target.get(&id).into_iter().flatten().chain(by_token).chain(by_derived) {
                if holder.from != id {
                    answer.add(holder.from, holder.certain && !self.get(holder.from).open);
                }
            }
            // In any attribute at all, something is always unknown: that proves nothing.
            let unresolved = index.unresolved.iter().filter(|_| !in_any);
            answer.maybe.extend(unresolved.filter(|(from, _)| *from != id).map(|(from, _)| *from));
        }
        answer.doubt = self.unseen_holder(id, &[]);
        answer.into_value()
    }

    /// A module not on disk that is handed a reference to an instance (to one of these attributes of it).
    fn unseen_holder(&self, id: InstanceId, attributes: &[&str]) -> Option<Cause> {
        let module = self.handed_out.first(id, Receiver::Unseen, attributes)?;
        Some(Cause::Module(self.get(module).address.clone()))
    }

    /// Whether a module not on disk is handed a reference to an instance (to one of these attributes of it).
    pub fn passed_to_unseen(&self, id: InstanceId, attributes: &[&str]) -> bool {
        self.handed_out.first(id, Receiver::Unseen, attributes).is_some()
    }

    /// Whether an output of the root module hands out a reference to an instance (to one of these attributes of it).
    pub fn exported(&self, id: InstanceId, attributes: &[&str]) -> bool {
        self.handed_out.first(id, Receiver::Output, attributes).is_some()
    }

    fn identity_index(&self, ty: &str) -> Arc<IdentityIndex> {
        let mut indexes = self.holders.by_identity.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(index) = indexes.get(ty) {
            return index.clone();
        }
        let mut index = IdentityIndex::default();
        for id in self.of_type(InstanceKind::Resource, ty) {
            for token in self.identities(*id).iter() {
                index.entry(token.clone()).or_default().push(*id);
            }
        }
        let index = Arc::new(index);
        indexes.insert(ty.into(), index.clone());
        index
    }

    /// The texts by which an instance may be named elsewhere.
    fn identities(&self, id: InstanceId) -> Arc<[Text]> {
        let known = &self.holders.identities;
        if let Some(known) = known.read().unwrap_or_else(|e| e.into_inner()).get(&id) {
            return known.clone();
        }
        let attributes = &self.get(id).attributes;
        let tokens: Arc<[Text]> = names::of(&self.get(id).type_name, attributes).into();
        known.write().unwrap_or_else(|e| e.into_inner()).insert(id, tokens.clone());
        tokens
    }

    /// Whether there are instances of a type that may hold references.
    pub fn has_type(&self, ty: &str) -> bool {
        [InstanceKind::Resource, InstanceKind::Data].iter().any(|kind| !self.of_type(*kind, ty).is_empty())
    }

    fn holders_of(&self, ty: &str, attribute: &str) -> Arc<HolderIndex> {
        let known = self.holders.by_attribute.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(index) = known.get(ty).and_then(|attributes| attributes.get(attribute)) {
            return index.clone();
        }
        drop(known);
        let mut index = HolderIndex::default();
        let kinds = [InstanceKind::Resource, InstanceKind::Data];
        for from in kinds.iter().flat_map(|kind| self.of_type(*kind, ty)) {
            self.hold(*from, attribute, &mut index);
        }
        let index = Arc::new(index);
        let mut known = self.holders.by_attribute.lock().unwrap_or_else(|e| e.into_inner());
        known.entry(ty.into()).or_default().insert(attribute.into(), index.clone());
        index
    }

    fn hold(&self, from: InstanceId, attribute: &str, index: &mut HolderIndex) {
        let instance = self.get(from);
        let mut leads = Leads::default();
        match attribute {
            "" => instance.attributes.values().for_each(|v| self.leads(v, true, &mut leads)),
            path => {
                let (first, rest) = path.split_once('.').map_or((path, None), |(a, b)| (a, Some(b)));
                let value = instance.attributes.get(first);
                value.into_iter().for_each(|v| at_path(v, rest, true, &mut |v, c| self.leads(v, c, &mut leads)));
            }
        }
        for (to, certain) in leads.targets {
            index.by_target.entry(to).or_default().push(Holder { from, certain });
        }
        for (token, certain) in leads.tokens {
            index.by_token.entry(token).or_default().push(Holder { from, certain });
        }
        for (text, certain, of) in leads.derived {
            index.by_derived.entry(text).or_default().push(Derived { holder: Holder { from, certain }, of });
        }
        index.unresolved.extend(leads.unresolved.map(|cause| (from, cause)));
    }

    /// Gathers what a value leads to, leaf by leaf.
    fn leads(&self, value: &Value, certain: bool, leads: &mut Leads<'_>) {
        let open = match &value.kind {
            Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => {
                s.items.iter().for_each(|v| self.leads(v, certain, leads));
                &s.rest
            }
            Kind::Map(f) | Kind::Object(f) => {
                f.entries.values().for_each(|v| self.leads(v, certain, leads));
                &f.rest
            }
            Kind::Unknown(u) => match &u.hint {
                Hint::OneOf(alternatives) => {
                    return alternatives.iter().for_each(|v| self.leads(v, false, leads));
                }
                _ => return self.leaf(value, certain, leads),
            },
            Kind::Handle(id) => {
                leads.targets.push((*id, certain));
                return;
            }
            _ => return self.leaf(value, certain, leads),
        };
        open.iter().for_each(|rest| self.leads(rest, false, leads));
        self.references(value, certain, leads);
    }

    /// Adds the instances that a value's own references lead to; says whether there were any.
    fn references(&self, value: &Value, certain: bool, leads: &mut Leads<'_>) -> bool {
        let mut found = false;
        for reference in value.deep_own_refs() {
            match reference.kind {
                ReferenceKind::Resource | ReferenceKind::Data | ReferenceKind::Ephemeral => {
                    if let Some(id) = self.resolve(&reference.target) {
                        found = true;
                        leads.targets.push((id, certain));
                    }
                }
                ReferenceKind::Module => {
                    found = true;
                    leads.from_module.get_or_insert(Cause::Module(reference.text().into()));
                }
                ReferenceKind::Variable | ReferenceKind::Runtime => {}
            }
        }
        found
    }

    fn leaf(&self, value: &Value, certain: bool, leads: &mut Leads<'_>) {
        let first = leads.targets.len();
        let found = self.references(value, certain, leads);
        let of = leads.targets[first..].iter().map(|(id, _)| id);
        let is_named =
            |ty: &&str| !self.is_among(ty, of.clone()) && !self.of_type(InstanceKind::Resource, ty).is_empty();
        if found && leads.types.is_some_and(|types| !types.iter().any(is_named)) {
            return;
        }
        // An ARN or a URL names what it ends in, if that is in this account and region.
        let names = token(value).map(|whole| (whole, certain)).into_iter();
        let names = names.chain(names::at_end(value).map(|end| (end, false)));
        if found {
            let of: Arc<[InstanceId]> = of.copied().collect();
            leads.derived.extend(names.map(|(text, certain)| (text, certain, of.clone())));
            return;
        }
        leads.tokens.extend(names);
        if let Some(unknown) = value.as_unknown() {
            leads.unresolved.get_or_insert(unknown.cause.clone());
        }
    }

    /// Whether one of these instances is of a type: what is computed from them names no other of it.
    fn is_among<'i>(&self, ty: &str, mut ids: impl Iterator<Item = &'i InstanceId>) -> bool {
        ids.any(|id| *self.get(*id).type_name == *ty)
    }

    /// The instance with this address, or the open one that stands for it.
    pub(crate) fn resolve(&self, address: &Text) -> Option<InstanceId> {
        if let Some(instance) = self.by_address(address) {
            return Some(instance.id);
        }
        let (block, _) = address.rsplit_once('[')?;
        self.by_address(&format!("{block}[*]")).map(|instance| instance.id)
    }
}

/// Calls `visit` for each value at a path below `value`, through lists of blocks.
fn at_path(value: &Value, path: Option<&str>, certain: bool, visit: &mut dyn FnMut(&Value, bool)) {
    let Some(path) = path else { return visit(value, certain) };
    match &value.kind {
        Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => {
            s.items.iter().for_each(|v| at_path(v, Some(path), certain, visit));
            s.rest.iter().for_each(|v| at_path(v, Some(path), false, visit));
        }
        Kind::Map(f) | Kind::Object(f) => {
            let (first, rest) = path.split_once('.').map_or((path, None), |(a, b)| (a, Some(b)));
            f.entries.get(first).into_iter().for_each(|v| at_path(v, rest, certain, visit));
        }
        Kind::Unknown(u) => match &u.hint {
            Hint::OneOf(alternatives) => alternatives.iter().for_each(|v| at_path(v, Some(path), false, visit)),
            _ => visit(value, false),
        },
        _ => {}
    }
}
