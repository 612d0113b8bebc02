//! Tables of facts: instance types, sizes, limits, dates.

use std::sync::OnceLock;

use super::{Call, OwnFunction};
use crate::eval::{Cause, EvalError, Number, Type, Value, nearest};
use crate::facts::cache::Cache;
use crate::facts::{self, FactValue, Row, Table};
use crate::syntax::Text;

pub(super) const FUNCTIONS: &[OwnFunction] = &[
    OwnFunction {
        name: "fact",
        params: "table, key",
        arity: (2, 2),
        description: "The row of a table of facts as an object, or null where the table has no such key. Keys of several \
                      columns are joined by `/`: `fact(\"engine_versions\", \"postgres/16\")`.",
        run: fact,
    },
    OwnFunction {
        name: "fact_rows",
        params: "table",
        arity: (1, 1),
        description: "All rows of a table of facts as a list of objects.",
        run: fact_rows,
    },
];

fn fact(call: &Call<'_>) -> Result<Value, EvalError> {
    let known = table(call)?;
    match call.text(1, Type::Any)? {
        Ok(key) => Ok(known.table.position(&key).map_or(Value::NULL, |at| known.row(at))),
        // The row may be missing, so what is not known may be null.
        Err(unknown) => {
            let cause = unknown.cause().unwrap_or(Cause::Error);
            Ok(Value::unknown(Type::Any, cause).with_refs(&unknown.refs))
        }
    }
}

fn fact_rows(call: &Call<'_>) -> Result<Value, EvalError> {
    let known = table(call)?;
    let all = || Value::tuple((0..known.rows.len()).map(|at| known.row(at)).collect());
    Ok(known.all.get_or_init(all).clone())
}

/// A table, and the objects that its rows are. They are made when somebody asks, and kept: tables do not change, and
/// the embedded texts bound them.
struct Known {
    table: &'static Table,
    /// The columns, sorted by name as the members of objects are, with their places in a row.
    columns: Vec<(Text, usize)>,
    rows: Vec<OnceLock<Value>>,
    all: OnceLock<Value>,
}

impl Known {
    fn row(&self, at: usize) -> Value {
        let make = || self.table.row(at).map_or(Value::NULL, |row| self.object(&row));
        self.rows.get(at).map_or(Value::NULL, |row| row.get_or_init(make).clone())
    }

    fn object(&self, row: &Row) -> Value {
        let cell = |at: usize| row.at(at).map_or(Value::NULL, value);
        Value::object(self.columns.iter().map(|(name, at)| (name.clone(), cell(*at))).collect())
    }
}

fn table(call: &Call<'_>) -> Result<&'static Known, EvalError> {
    static TABLES: Cache<Known> = Cache::new();
    let name = call.value(0)?;
    let name = name.as_str().ok_or_else(|| call.at(0, EvalError::new("the table's name must be known")))?;
    let known = TABLES.get(name, || {
        let table = facts::table(name)?;
        let mut columns: Vec<_> = table.columns.iter().zip(0..).map(|(column, at)| (column.name.into(), at)).collect();
        columns.sort();
        let rows = (0..table.len()).map(|_| OnceLock::new()).collect();
        Some(Known { table, columns, rows, all: OnceLock::new() })
    });
    known.ok_or_else(|| {
        let error = EvalError::new(format!("there is no table `{name}`")).with_label("unknown table");
        call.at(0, error.did_you_mean(nearest(name, facts::table_names())))
    })
}

/// A fact as a value.
fn value(fact: &FactValue) -> Value {
    match fact {
        FactValue::Null => Value::NULL,
        FactValue::Bool(b) => (*b).into(),
        FactValue::Number(digits) => Number::parse(digits).map_or(Value::NULL, Value::from),
        FactValue::Text(text) => (*text).into(),
        FactValue::List(items) => Value::tuple(items.iter().map(value).collect()),
    }
}
