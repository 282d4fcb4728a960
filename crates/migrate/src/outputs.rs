//! Outputs held against what Terraform says they are.
//!
//! In: values of outputs as Terraform's states have them, and as a manifest comes to them. Out:
//! those that are not the same. It must not know how either came about.

use std::collections::BTreeMap;

use model::state::State;
use serde_json::Value as Json;

use crate::rehearsal::{Disagreement, Where, Why};

/// The outputs that come to something else than Terraform's.
#[must_use]
pub fn disagreements(told: &BTreeMap<String, Json>, state: &State) -> Vec<Disagreement> {
    let disagreement = |(name, told): (&String, &Json)| {
        let ours = state.outputs.get(name)?.to_json();
        let differs = canonical(&ours) != canonical(told);
        differs.then(|| Disagreement {
            place: Where::Output(name.clone()),
            why: Why::Differs { manifest: ours.to_string(), terraform: told.to_string() },
        })
    };
    told.iter().filter_map(disagreement).collect()
}

/// Numbers as text, members without those that are null, and lists in one order: Terraform's sets
/// are lists in its states.
fn canonical(value: &Json) -> Json {
    match value {
        Json::Number(number) => Json::String(number.to_string()),
        Json::Bool(value) => Json::String(value.to_string()),
        Json::Null | Json::String(_) => value.clone(),
        Json::Array(items) => {
            let mut items: Vec<Json> = items.iter().map(canonical).collect();
            items.sort_by_cached_key(ToString::to_string);
            Json::Array(items)
        }
        Json::Object(members) => {
            let set = members.iter().filter(|(_, it)| !it.is_null());
            let members: BTreeMap<String, Json> = set.map(|(key, it)| (key.clone(), canonical(it))).collect();
            Json::Object(members.into_iter().collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Json, canonical};

    fn check(one: &Json, other: &Json, same: bool) {
        assert_eq!(canonical(one) == canonical(other), same, "{one} {other}");
    }

    #[test]
    fn values_that_mean_the_same_are_the_same() {
        check(&json!(["b", "a"]), &json!(["a", "b"]), true);
        check(&json!({ "port": 80, "note": null }), &json!({ "port": "80" }), true);
        check(&json!([true]), &json!(["true"]), true);
        check(&json!("vpc-1"), &json!("vpc-2"), false);
        check(&json!(["a"]), &json!(["a", "a"]), false);
        check(&json!(null), &json!(""), false);
    }
}
