//! What is written, what is known, and where something runs: tags, environment, files.

use std::sync::OnceLock;

use super::{Call, OwnFunction, unknown_bool};
use crate::config::NONPRODUCTION_WORDS;
use crate::eval::functions::FileAnswer;
use crate::eval::{ByName, Cause, EvalError, Fields, Kind, Marks, Node, ReferenceKind, Rest, Type, Unknown, Value};
use crate::facts;

pub(super) const FUNCTIONS: &[OwnFunction] = &[
    OwnFunction {
        name: "is_set",
        params: "value",
        arity: (1, 1),
        description: "Whether somebody wrote the argument: neither null nor filled in with the provider's default. What \
                      another resource, a data source or a module not on disk gives is set; a variable without value may \
                      be null, so that it is unknown. An argument of a block that is not there is not set.",
        run: is_set,
    },
    OwnFunction {
        name: "written",
        params: "instance, argument",
        arity: (2, 2),
        description: "An argument as it is written, such as `\"app-${var.environment}\"`: for fixes that use the same expression, \
                      which one value would not be in all environments. Null where the argument is not written, takes \
                      several lines, is secret, or stands in a file of JSON.",
        run: written,
    },
    OwnFunction {
        name: "is_known",
        params: "value",
        arity: (1, 1),
        description: "Whether nothing in the value is unknown.",
        run: |call| Ok(call.value(0)?.is_wholly_known().into()),
    },
    OwnFunction {
        name: "unknown_reason",
        params: "value",
        arity: (1, 1),
        description: "Why the value, or the first unknown thing in it, is not known, as a clause; null where all is known.",
        run: |call| Ok(call.value(0)?.cause().map_or(Value::NULL, |cause| cause.to_string().into())),
    },
    OwnFunction {
        name: "unseen",
        params: "what",
        arity: (1, 1),
        description: "Neither true nor false: what cannot be seen from here, in words that the reason gives. \
                      `exported(self, \"id\") ? unseen(\"what else refers to it\") : false`.",
        run: unseen,
    },
    OwnFunction {
        name: "tags",
        params: "instance",
        arity: (1, 1),
        description: "The instance's tags merged over the `default_tags` of its provider, as a map; the `tag` blocks of \
                      autoscaling groups count too.",
        run: tags,
    },
    OwnFunction {
        name: "nonproduction",
        params: "instance",
        arity: (1, 1),
        description: "Whether the instance is for development, test, staging or the like: by the environment of the run, \
                      else by its tags. What is not known counts as production.",
        run: nonproduction,
    },
    OwnFunction {
        name: "nonproduction_words",
        params: "",
        arity: (0, 0),
        description: "The words by which a name says that it is for development, test, staging or the like, for `has_word`.",
        run: |_| Ok(nonproduction_words()),
    },
    OwnFunction {
        name: "file_exists",
        params: "path",
        arity: (1, 1),
        description: "Whether there is a file at this path below the root module's folder.",
        run: file_exists,
    },
];

fn is_set(call: &Call<'_>) -> Result<Value, EvalError> {
    let value = match call.value(0) {
        Ok(value) => value,
        Err(error) if error.uncatchable => return Err(error),
        Err(_) => return Ok(false.into()),
    };
    let leads_somewhere = |unknown: &Unknown| {
        let kind = unknown.origin.as_ref().map(|origin| origin.kind);
        matches!(kind, Some(ReferenceKind::Resource | ReferenceKind::Data | ReferenceKind::Module))
    };
    Ok(match value.as_unknown() {
        _ if value.is_null() || value.marks.contains(Marks::PROVIDER_DEFAULT) => false.into(),
        Some(unknown) if !unknown.not_null && !leads_somewhere(unknown) => unknown_bool([&value]),
        _ => true.into(),
    })
}

fn written(call: &Call<'_>) -> Result<Value, EvalError> {
    let argument = match call.text(1, Type::String)? {
        Ok(argument) => argument,
        Err(unknown) => return Ok(unknown),
    };
    call.of_instance(0, Type::String, &|id| {
        let instance = call.run.infra.get(id);
        let sources = call.run.catalog.sources();
        let attribute = instance.block.body.attribute(&argument);
        let attribute = attribute.filter(|_| !facts::is_secret(&instance.type_name, &argument));
        let text = attribute.map(|attribute| attribute.expr.span).and_then(|span| {
            let is_native = !sources.file(span.file).name.ends_with(".json");
            is_native.then(|| sources.text(span)).filter(|text| !text.contains('\n'))
        });
        text.map_or(Value::NULL, Value::from)
    })
}

fn unseen(call: &Call<'_>) -> Result<Value, EvalError> {
    let what = crate::rules::render::text(&call.value(0)?);
    Ok(Value::unknown_not_null(Type::Bool, Cause::Unseen(what.into())))
}

fn tags(call: &Call<'_>) -> Result<Value, EvalError> {
    call.once(|instance| call.of_value(0, instance.clone(), Type::map(Type::String), &|id| call.run.tags(id)))
}

fn nonproduction(call: &Call<'_>) -> Result<Value, EvalError> {
    call.of_instance(0, Type::Bool, &|id| call.run.infra.get(id).nonproduction.into())
}

fn nonproduction_words() -> Value {
    static WORDS: OnceLock<Value> = OnceLock::new();
    WORDS.get_or_init(|| Value::tuple(NONPRODUCTION_WORDS.iter().map(|word| (*word).into()).collect())).clone()
}

fn file_exists(call: &Call<'_>) -> Result<Value, EvalError> {
    let path = match call.text(0, Type::Bool)? {
        Ok(path) => path,
        Err(unknown) => return Ok(unknown),
    };
    Ok(match call.run.host.read_file(&path) {
        FileAnswer::Bytes(_) => true.into(),
        FileAnswer::Missing => false.into(),
        FileAnswer::OutOfBounds => Value::unknown_not_null(Type::Bool, Cause::Function("file_exists".into())),
    })
}

/// Maps of tags merged, later ones over earlier ones; one that is not known may hold anything.
pub(in crate::rules) fn merged_tags(layers: impl IntoIterator<Item = Value>) -> Value {
    let mut entries = ByName::new();
    let mut rest = Rest::NONE;
    // Names of tags are as secret as the map that they stand in.
    let mut marks = Marks::NONE;
    for layer in layers {
        marks = marks.union(layer.marks.secret());
        match layer.as_fields() {
            Some(fields) => {
                entries.extend(fields.entries.iter().map(|(k, v)| (k.clone(), v.clone())));
                rest = rest.or(&fields.rest);
            }
            None if layer.is_unknown() => {
                let cause = layer.cause().unwrap_or(Cause::Error);
                rest = rest.or(&Value::unknown(Type::String, cause).into());
            }
            None => {}
        }
    }
    let merged = Fields { entries, element: Type::String, rest, ..Fields::default() };
    Value::from(Kind::Map(Node::new(merged))).with_marks(marks)
}
