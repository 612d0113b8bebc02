//! Tables of facts: instance types, sizes, limits, dates.

use super::{Call, OwnFunction};
use crate::eval::{Cause, EvalError, Number, Type, Value, nearest};
use crate::facts::cache::Cache;
use crate::facts::{self, FactValue, Row, Table};

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
    let table = table(call)?;
    match call.text(1, Type::Any)? {
        Ok(key) => Ok(table.find(&key).map_or(Value::NULL, |row| object(table, &row))),
        // The row may be missing, so what is not known may be null.
        Err(unknown) => {
            let cause = unknown.cause().unwrap_or(Cause::Error);
            Ok(Value::unknown(Type::Any, cause).with_refs(&unknown.refs))
        }
    }
}

fn fact_rows(call: &Call<'_>) -> Result<Value, EvalError> {
    static ROWS: Cache<Value> = Cache::new();
    let table = table(call)?;
    let rows = ROWS.get(table.name, || Some(Value::tuple(table.rows().map(|row| object(table, &row)).collect())));
    Ok(rows.cloned().unwrap_or(Value::NULL))
}

fn table(call: &Call<'_>) -> Result<&'static Table, EvalError> {
    let name = call.value(0)?;
    let name = name.as_str().ok_or_else(|| call.at(0, EvalError::new("the table's name must be known")))?;
    facts::table(name).ok_or_else(|| {
        let error = EvalError::new(format!("there is no table `{name}`")).with_label("unknown table");
        call.at(0, error.did_you_mean(nearest(name, facts::table_names())))
    })
}

fn object(table: &Table, row: &Row) -> Value {
    let cell = |name| row.get(name).map_or(Value::NULL, value);
    Value::object(table.columns.iter().map(|column| (column.name.into(), cell(column.name))).collect())
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
