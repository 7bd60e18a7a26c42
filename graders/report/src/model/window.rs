//! The values around the one that is furthest out, for pictures.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A piece of what was expected and of what came, at most 16 rows and columns, around the value that is furthest out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The index along the axes that stand still: all but the last two.
    pub at: Vec<usize>,
    /// The index of the first row.
    pub first_row: usize,
    /// The index of the first column.
    pub first_column: usize,
    /// The absolute difference that is allowed.
    pub allowed: f64,
    /// How the two relate.
    pub relation: Relation,
    /// What was expected, row by row.
    pub expected: Vec<Vec<Number>>,
    /// What came, row by row.
    pub actual: Vec<Vec<Number>>,
    /// How many values differ in each slice along the axes that stand still, in row-major order; empty where there is one
    /// slice only, or too many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differing: Vec<usize>,
    /// The same piece of some other slices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Slice>,
}

/// The same piece of another slice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    /// Its index along the axes that stand still.
    pub at: Vec<usize>,
    /// What was expected, row by row.
    pub expected: Vec<Vec<Number>>,
    /// What came, row by row.
    pub actual: Vec<Vec<Number>>,
}

/// How the two pieces of a window relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// What had to come, and what came.
    Asked,
    /// Before and after a change that must not show.
    Changed,
    /// Two equal calls.
    Repeated,
    /// A call on its own, and the same call after others.
    AfterOthers,
}

/// A number that may be NaN or infinite; those are texts in JSON, which has no such numbers.
#[derive(Debug, Clone, Copy)]
pub struct Number(pub f64);

/// NaN equals NaN here: a report equals the report that was read back from it.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || (self.0.is_nan() && other.0.is_nan())
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() {
            serializer.serialize_f64(self.0)
        } else {
            serializer.collect_str(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Number;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number, or one of the texts NaN, inf, -inf")
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Number, E> {
        Ok(Number(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Number, E> {
        Ok(Number(value as f64))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Number, E> {
        Ok(Number(value as f64))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
        match text {
            "NaN" => Ok(Number(f64::NAN)),
            "inf" => Ok(Number(f64::INFINITY)),
            "-inf" => Ok(Number(f64::NEG_INFINITY)),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }
}

impl JsonSchema for Number {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number; NaN and infinities as texts.",
            "anyOf": [{ "type": "number" }, { "enum": ["NaN", "inf", "-inf"] }],
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn numbers_that_json_lacks_survive_as_texts_and_others_are_refused() {
        let numbers = [0.25, -3.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(Number);
        let text = serde_json::to_string(&numbers).unwrap();
        assert_eq!(text, r#"[0.25,-3.0,"NaN","inf","-inf"]"#);
        let read: Vec<Number> = serde_json::from_str(&text).unwrap();
        assert_eq!(read, numbers);
        assert_ne!(Number(0.25), Number(0.5));
        assert!(serde_json::from_str::<Number>("\"infinite\"").is_err());
        assert!(serde_json::from_str::<Number>("null").is_err());
    }
}
