//! Schemas as hosts want them: references inlined, no null types and no number formats in what comes in.

use rmcp::model::JsonObject;
use schemars::{
    JsonSchema, Schema,
    generate::SchemaSettings,
    transform::{Transform, transform_subschemas},
};
use serde_json::{Value, json};

/// What a tool takes.
pub fn of_input<T: JsonSchema>() -> JsonObject {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.with_transform(Plain).into_generator().into_root_schema_for::<T>();
    tidy(&mut schema)
}

/// What a tool answers.
pub fn of_output<T: JsonSchema>() -> JsonObject {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.with_transform(Portable).into_generator().into_root_schema_for::<T>();
    tidy(&mut schema)
}

/// Two object schemas beside each other in one.
pub fn merge(mut first: JsonObject, second: JsonObject) -> JsonObject {
    for (key, value) in second {
        match (first.get_mut(&key), value) {
            (Some(Value::Object(into)), Value::Object(from)) => into.extend(from),
            (Some(Value::Array(into)), Value::Array(from)) => into.extend(from),
            (Some(_), _) => {}
            (None, value) => drop(first.insert(key, value)),
        }
    }
    first
}

/// The schema of an object that is one of two. Both stand beside each other, since hosts want one plain object at the root;
/// required is what is in both.
pub fn either(first: JsonObject, second: JsonObject) -> JsonObject {
    let required = |schema: &JsonObject| schema.get("required").and_then(Value::as_array).cloned();
    let (of_first, of_second) = (required(&first).unwrap_or_default(), required(&second).unwrap_or_default());
    let mut schema = merge(first, second);
    let both: Vec<Value> = of_first.into_iter().filter(|name| of_second.contains(name)).collect();
    schema.insert("required".into(), both.into());
    schema
}

/// The name and comment of the Rust type are noise to a model.
fn tidy(schema: &mut Schema) -> JsonObject {
    schema.remove("title");
    schema.remove("description");
    let mut object = schema.as_object().cloned().unwrap_or_default();
    object.entry("type").or_insert(json!("object"));
    object.entry("properties").or_insert(json!({}));
    object
}

/// `["string", "null"]` becomes `string`: absent is how a value is left out.
#[derive(Debug, Clone)]
struct Plain;

impl Transform for Plain {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|kind| kind != "null");
            if let [kind] = types.as_slice() {
                let kind = kind.clone();
                schema.insert("type".into(), kind);
            }
        }
        if let Some(Value::Array(choices)) = schema.get_mut("enum") {
            choices.retain(|choice| !choice.is_null());
        }
        schema.remove("default");
        schema.remove("format");
        transform_subschemas(self, schema);
    }
}

/// Formats such as `uint16` are Rust's, not JSON Schema's; and lists of types are more than some hosts read. Where a
/// value that is not there is left out, its type is enough.
#[derive(Debug, Clone)]
struct Portable;

impl Transform for Portable {
    fn transform(&mut self, schema: &mut Schema) {
        schema.remove("format");
        let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            for (name, property) in properties {
                let nullable = required.iter().any(|required| required == name);
                if let Value::Object(property) = property {
                    split_types(property, nullable);
                }
            }
        }
        transform_subschemas(self, schema);
    }
}

fn split_types(property: &mut JsonObject, nullable: bool) {
    let Some(Value::Array(types)) = property.get("type") else { return };
    let kinds: Vec<Value> = types.iter().filter(|kind| nullable || *kind != "null").cloned().collect();
    match kinds.as_slice() {
        [kind] => drop(property.insert("type".into(), kind.clone())),
        kinds => {
            let branches: Vec<Value> = kinds.iter().map(|kind| json!({ "type": kind })).collect();
            property.shift_remove("type");
            property.insert("anyOf".into(), branches.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[derive(Serialize, JsonSchema)]
    struct Answer {
        count: u16,
        #[serde(skip_serializing_if = "Option::is_none")]
        left_out: Option<String>,
        said_to_be_empty: Option<String>,
    }

    #[test]
    fn answers_have_one_type_each() {
        let schema = of_output::<Answer>();
        assert_eq!(
            schema.get("properties"),
            Some(&json!({
                "count": { "type": "integer", "minimum": 0, "maximum": 65535 },
                "left_out": { "type": "string" },
                "said_to_be_empty": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
            }))
        );
    }
}
