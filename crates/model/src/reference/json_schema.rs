//! A JSON Schema of manifest files, for editors that complete and check TOML.

use serde_json::{Map, Value, json};

use crate::catalog::Catalog;
use crate::schema::{Document, Field, Required, Schema, Type};

/// JSON Schema (2020-12) of `stack.toml`, layers and environment files. Any value may also be a
/// string with an expression in it.
#[must_use]
pub fn json_schema(catalog: &Catalog) -> Value {
    let named = |schema: Value| json!({ "type": "object", "additionalProperties": schema });
    let resources = catalog.kinds.iter().map(|kind| (kind.name.to_owned(), named(object((kind.inputs)(), true, 0))));
    let data = catalog.data.iter().map(|kind| (kind.name.to_owned(), named(object((kind.arguments)(), true, 0))));
    let any = json!({});
    let text = json!({ "type": "string" });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "stackctl manifest",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "stack": { "type": "object", "properties": { "name": text }, "required": ["name"], "additionalProperties": false },
            "provider": { "type": "object", "properties": { "aws": { "type": "object" } }, "additionalProperties": false },
            "state": { "type": "object", "properties": {
                "bucket": text, "lock_table": text, "region": text, "lease_seconds": { "type": ["integer", "string"] },
            }, "required": ["bucket"], "additionalProperties": false },
            "variables": named(json!({ "type": "object", "properties": {
                "type": text, "default": any, "allowed": { "type": "array" }, "pattern": text, "description": text, "sensitive": { "type": "boolean" },
            }, "additionalProperties": false })),
            "values": { "type": "object" },
            "locals": { "type": "object" },
            "tags": { "type": "object" },
            "outputs": named(json!({ "type": "object", "properties": { "value": any, "sensitive": { "type": "boolean" }, "description": text }, "required": ["value"] })),
            "resource": { "type": "object", "properties": resources.collect::<Map<String, Value>>(), "additionalProperties": false },
            "data": { "type": "object", "properties": data.collect::<Map<String, Value>>(), "additionalProperties": false },
            "moved": blocks(&["from", "to"]),
            "import": blocks(&["to", "id"]),
            "removed": blocks(&["from"]),
        },
    })
}

fn blocks(fields: &[&str]) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|field| ((*field).to_owned(), json!({ "type": "string" }))).collect();
    json!({ "type": "array", "items": { "type": "object", "properties": properties, "required": fields, "additionalProperties": false } })
}

/// How deep schemas that contain themselves are written out.
const DEEPEST: usize = 8;

fn object(schema: &'static Schema, top: bool, depth: usize) -> Value {
    let mut properties: Map<String, Value> =
        schema.fields.iter().map(|field| (field.name.to_owned(), described(field, depth))).collect();
    if top {
        for meta in ["for_each", "depends_on", "lifecycle", "timeouts"] {
            properties.insert(meta.to_owned(), json!({}));
        }
    }
    let required: Vec<&str> =
        schema.fields.iter().filter(|it| it.required == Required::Always).map(|it| it.name).collect();
    json!({ "type": "object", "description": schema.doc, "properties": properties, "required": required, "additionalProperties": false })
}

fn described(field: &Field, depth: usize) -> Value {
    let mut value = typed(field.ty, depth);
    if let Value::Object(members) = &mut value {
        members.insert("description".to_owned(), field.doc.into());
        if let Some(default) = field.default {
            members.insert("default".to_owned(), default.to_known().to_json());
        }
        if !field.allowed.is_empty() {
            members.insert("examples".to_owned(), json!(field.allowed));
        }
        if field.deprecated.is_some() {
            members.insert("deprecated".to_owned(), true.into());
        }
    }
    value
}

fn typed(ty: &'static Type, depth: usize) -> Value {
    let expression = json!({ "type": "string" });
    let or_expression = |plain: Value| json!({ "anyOf": [plain, expression.clone()] });
    match ty {
        Type::Bool => or_expression(json!({ "type": "boolean" })),
        Type::Int => or_expression(json!({ "type": "integer" })),
        Type::Float => or_expression(json!({ "type": "number" })),
        Type::Text => json!({ "type": ["string", "number", "boolean"] }),
        Type::List(item) | Type::Set(item) => or_expression(json!({ "type": "array", "items": typed(item, depth) })),
        Type::Map(item) => or_expression(json!({ "type": "object", "additionalProperties": typed(item, depth) })),
        Type::Block(_) if depth >= DEEPEST => json!({ "type": "object" }),
        Type::Block(schema) => or_expression(object(schema(), false, depth + 1)),
        Type::Json(Document::Objects { schema, .. }) if depth < DEEPEST => {
            or_expression(json!({ "type": "array", "items": object(schema(), false, depth + 1) }))
        }
        Type::Any | Type::Json(_) => json!({}),
    }
}
