//! IAM policies by meaning.
//!
//! In: two policy documents as JSON. Out: whether IAM reads them the same way. What is told
//! apart and what not follows the policy grammar.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use serde_json::{Map, Value as Json};

/// Whether two policies mean the same.
pub(in crate::plan) fn same(a: &Json, b: &Json) -> bool {
    canonical(a) == canonical(b)
}

/// One form for all policies that mean the same: lists where one value may stand alone, sorted
/// where order says nothing, principals written out.
fn canonical(policy: &Json) -> Json {
    let Json::Object(members) = policy else { return policy.clone() };
    let mut canon = Map::new();
    for (key, value) in members {
        let value = match key.as_str() {
            "Statement" => sorted(listed(value).iter().map(statement).collect()),
            _ => value.clone(),
        };
        canon.insert(key.clone(), value);
    }
    by_key(canon)
}

fn statement(statement: &Json) -> Json {
    let Json::Object(members) = statement else { return statement.clone() };
    let mut canon = Map::new();
    for (key, value) in members {
        let value = match key.as_str() {
            "Action" | "NotAction" => sorted(listed(value).iter().map(action).collect()),
            "Resource" | "NotResource" => sorted(listed(value)),
            "Principal" | "NotPrincipal" => principal(value),
            "Condition" => condition(value),
            _ => value.clone(),
        };
        // An empty statement id is none.
        if !(key == "Sid" && value.as_str() == Some("")) {
            canon.insert(key.clone(), value);
        }
    }
    by_key(canon)
}

/// Action names are case-insensitive.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>
fn action(action: &Json) -> Json {
    action.as_str().map_or_else(|| action.clone(), |name| Json::String(name.to_lowercase()))
}

/// `"*"` is `{"AWS": "*"}`, and an account's id is its root's ARN.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
fn principal(principal: &Json) -> Json {
    let mut canon = Map::new();
    match principal {
        Json::Object(members) => {
            for (kind, value) in members {
                let named = |it: &Json| if kind == "AWS" { account(it) } else { it.clone() };
                canon.insert(kind.clone(), sorted(listed(value).iter().map(named).collect()));
            }
        }
        other => {
            canon.insert("AWS".to_owned(), Json::Array(listed(other)));
        }
    }
    by_key(canon)
}

fn account(principal: &Json) -> Json {
    let root = principal.as_str().and_then(|arn| arn.strip_suffix(":root")).and_then(|arn| {
        let mut parts = arn.splitn(5, ':');
        let is_iam = parts.next() == Some("arn") && parts.next().is_some() && parts.next() == Some("iam");
        is_iam.then(|| parts.nth(1)).flatten()
    });
    root.map_or_else(|| principal.clone(), |id| Json::String(id.to_owned()))
}

/// Operators, keys and values; booleans and numbers are text to IAM.
fn condition(condition: &Json) -> Json {
    let Json::Object(operators) = condition else { return condition.clone() };
    let text = |it: &Json| match it {
        Json::Bool(value) => Json::String(value.to_string()),
        Json::Number(value) => Json::String(value.to_string()),
        other => other.clone(),
    };
    let operator = |keys: &Json| match keys {
        Json::Object(keys) => {
            // Condition keys are case-insensitive.
            let key = |(key, values): (&String, &Json)| {
                (key.to_lowercase(), sorted(listed(values).iter().map(text).collect()))
            };
            by_key(keys.iter().map(key).collect())
        }
        other => other.clone(),
    };
    by_key(operators.iter().map(|(name, keys)| (name.clone(), operator(keys))).collect())
}

fn listed(value: &Json) -> Vec<Json> {
    match value {
        Json::Array(items) => items.clone(),
        single => vec![single.clone()],
    }
}

fn sorted(mut items: Vec<Json>) -> Json {
    items.sort_by_cached_key(Json::to_string);
    items.dedup();
    Json::Array(items)
}

fn by_key(members: Map<String, Json>) -> Json {
    let ordered: std::collections::BTreeMap<String, Json> = members.into_iter().collect();
    Json::Object(ordered.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(a: &Json, b: &Json, expect: bool) {
        assert_eq!(same(a, b), expect, "{a} and {b}");
        assert_eq!(same(b, a), expect, "{b} and {a}");
    }

    fn one(statement: Json) -> Json {
        json!({ "Version": "2012-10-17", "Statement": statement })
    }

    #[test]
    fn one_value_and_a_list_of_one_are_the_same() {
        let single = one(json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }));
        check(&single, &one(json!([{ "Resource": ["*"], "Action": ["s3:getobject"], "Effect": "Allow" }])), true);
        check(&single, &one(json!([{ "Resource": ["*"], "Action": ["s3:PutObject"], "Effect": "Allow" }])), false);
        check(&single, &one(json!([{ "Resource": ["*"], "Action": ["s3:GetObject"], "Effect": "Deny" }])), false);
    }

    #[test]
    fn order_says_nothing() {
        let (a, b) = (
            json!({ "Effect": "Allow", "Action": ["a:1", "a:2"], "Resource": "x" }),
            json!({ "Effect": "Deny", "Action": "a:3", "Resource": "y" }),
        );
        let turned = json!({ "Effect": "Allow", "Action": ["a:2", "a:1"], "Resource": "x" });
        check(&one(json!([a, b])), &one(json!([b, turned])), true);
        check(&one(json!([a, b])), &one(json!([a])), false);
    }

    #[test]
    fn principals_are_written_in_several_ways() {
        let with =
            |principal: Json| one(json!([{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal }]));
        check(&with(json!("*")), &with(json!({ "AWS": "*" })), true);
        check(
            &with(json!({ "AWS": "123456789012" })),
            &with(json!({ "AWS": ["arn:aws:iam::123456789012:root"] })),
            true,
        );
        check(
            &with(json!({ "AWS": "123456789012" })),
            &with(json!({ "AWS": "arn:aws:iam::123456789012:role/x" })),
            false,
        );
        check(
            &with(json!({ "Service": "ecs-tasks.amazonaws.com" })),
            &with(json!({ "Service": ["ecs-tasks.amazonaws.com"] })),
            true,
        );
        check(&with(json!({ "Service": "*" })), &with(json!({ "AWS": "*" })), false);
    }

    #[test]
    fn condition_values_are_sets_of_text() {
        let with = |condition: Json| {
            one(json!([{ "Effect": "Allow", "Action": "a:1", "Resource": "*", "Condition": condition }]))
        };
        let a = with(
            json!({ "Bool": { "aws:SecureTransport": false }, "StringEquals": { "aws:PrincipalOrgID": ["a", "b"] } }),
        );
        check(
            &a,
            &with(
                json!({ "StringEquals": { "aws:principalorgid": ["b", "a"] }, "Bool": { "aws:SecureTransport": ["false"] } }),
            ),
            true,
        );
        check(&a, &with(json!({ "Bool": { "aws:SecureTransport": true } })), false);
    }

    #[test]
    fn ids_and_versions_count() {
        let with = |sid: &str| one(json!([{ "Sid": sid, "Effect": "Allow", "Action": "a:1", "Resource": "*" }]));
        check(&with("one"), &with("two"), false);
        check(&with(""), &one(json!([{ "Effect": "Allow", "Action": "a:1", "Resource": "*" }])), true);
        check(
            &json!({ "Version": "2008-10-17", "Statement": [] }),
            &json!({ "Version": "2012-10-17", "Statement": [] }),
            false,
        );
    }
}
