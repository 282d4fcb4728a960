//! The catalog as JSON: `stackctl schema`.

use serde_json::{Map, Value, json};

use super::{Row, rows, type_name};
use crate::catalog::Catalog;
use crate::schema::{Replace, Required, Schema};

/// `{ "kinds": { KIND: { "inputs": […], "outputs": […] } }, "data": { … } }`, one row for every
/// argument and output at every depth.
#[must_use]
pub fn json(catalog: &Catalog) -> Value {
    let kinds = catalog.kinds.iter().map(|kind| {
        let mut inputs = table((kind.inputs)());
        inputs.extend(timeouts());
        (kind.name.to_owned(), json!({ "doc": (kind.inputs)().doc, "import": kind.import, "inputs": inputs, "outputs": table((kind.outputs)()) }))
    });
    let data = catalog.data.iter().map(|kind| {
        let document = json!({ "doc": (kind.arguments)().doc, "inputs": table((kind.arguments)()), "outputs": table((kind.outputs)()) });
        (kind.name.to_owned(), document)
    });
    json!({ "kinds": kinds.collect::<Map<String, Value>>(), "data": data.collect::<Map<String, Value>>() })
}

fn table(schema: &'static Schema) -> Vec<Value> {
    rows(schema).iter().map(row).collect()
}

fn row(row: &Row) -> Value {
    let field = row.field;
    let mut value = json!({
        "path": row.path,
        "type": type_name(field.ty),
        "required": field.required == Required::Always,
        "replace": !matches!(field.replace, Replace::Never),
        "sensitive": field.sensitive,
        "computed": field.computed,
        "default": field.default.map(|it| it.to_known().to_json()),
        "doc": field.doc,
    });
    let mut add = |key: &str, extra: Value| {
        if let Value::Object(members) = &mut value {
            members.insert(key.to_owned(), extra);
        }
    };
    if field.required == Required::Create {
        add("required_on_create", true.into());
    }
    if let Replace::When { condition, .. } = field.replace {
        add("replace_when", condition.into());
    }
    if !field.allowed.is_empty() {
        add("allowed", json!(field.allowed));
    }
    if let Some((low, high)) = field.range {
        add("range", json!([low, high]));
    }
    for (key, set) in [("write_only", field.write_only), ("local", field.local), ("volatile", field.volatile)] {
        if set {
            add(key, true.into());
        }
    }
    if let Some(instead) = field.deprecated {
        add("deprecated", instead.into());
    }
    value
}

/// `timeouts` is a meta-argument: every kind takes it.
fn timeouts() -> Vec<Value> {
    let row = |path: &str, ty: &str, doc: &str| json!({ "path": path, "type": ty, "required": false, "replace": false, "sensitive": false, "computed": false, "default": null, "doc": doc });
    vec![
        row("timeouts", "table", "After how long operations give up, as `30m`."),
        row("timeouts.create", "string", "After how long creating and settling gives up."),
        row("timeouts.update", "string", "After how long updating and settling gives up."),
        row("timeouts.delete", "string", "After how long deleting gives up."),
    ]
}
