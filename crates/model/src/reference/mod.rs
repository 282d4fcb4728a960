//! The reference, made from schemas: JSON for scripts, JSON Schema for editors, Markdown for
//! people.
//!
//! In: a catalog. Out: documents. It must not know how any of them is shown.

mod json;
mod json_schema;
mod markdown;

use crate::schema::{Document, Field, Schema, Type};

pub use json::json;
pub use json_schema::json_schema;
pub use markdown::{data_page, index_page, kind_page};

/// One argument or output at any depth.
#[derive(Clone, Debug)]
pub struct Row {
    /// Terraform's path for it: dots, no indexes.
    pub path: String,
    /// How deep it lies; 0 at the top.
    pub depth: usize,
    /// What it is.
    pub field: &'static Field,
}

/// Every field of a schema at every depth, blocks before their members. A schema that contains
/// itself is followed once.
#[must_use]
pub fn rows(schema: &'static Schema) -> Vec<Row> {
    let mut rows = Vec::new();
    collect(schema, "", &mut vec![std::ptr::from_ref(schema)], &mut rows);
    rows
}

fn collect(schema: &'static Schema, prefix: &str, above: &mut Vec<*const Schema>, rows: &mut Vec<Row>) {
    for field in schema.fields {
        let path = if prefix.is_empty() { field.name.to_owned() } else { format!("{prefix}.{}", field.name) };
        rows.push(Row { path: path.clone(), depth: above.len() - 1, field });
        let Some(inner) = block(field.ty) else { continue };
        if !above.contains(&std::ptr::from_ref(inner)) {
            above.push(std::ptr::from_ref(inner));
            collect(inner, &path, above, rows);
            above.pop();
        }
    }
}

/// The block that a type holds, directly or as members.
#[must_use]
pub fn block(ty: &'static Type) -> Option<&'static Schema> {
    match ty {
        Type::Block(schema) => Some(schema()),
        Type::List(item) | Type::Set(item) | Type::Map(item) => block(item),
        Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any | Type::Json(_) => None,
    }
}

/// The fields of a document's members, where they are known.
#[must_use]
pub fn document(ty: &'static Type) -> Option<&'static Schema> {
    match ty {
        Type::Json(Document::Objects { schema, .. }) => Some(schema()),
        Type::Json(Document::Policy | Document::Value) | Type::Block(_) | Type::Any => None,
        Type::Bool | Type::Int | Type::Float | Type::Text | Type::List(_) | Type::Set(_) | Type::Map(_) => None,
    }
}

/// The name of a type: `string bool int number list(T) set(T) map(T) table json`.
#[must_use]
pub fn type_name(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Float => "number".to_owned(),
        Type::Text => "string".to_owned(),
        Type::List(item) => format!("list({})", type_name(item)),
        Type::Set(item) => format!("set({})", type_name(item)),
        Type::Map(item) => format!("map({})", type_name(item)),
        Type::Block(_) => "table".to_owned(),
        Type::Any | Type::Json(_) => "json".to_owned(),
    }
}
