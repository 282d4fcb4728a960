//! Tags: a map of text to text everywhere, whatever each service calls them.

use std::collections::BTreeMap;

use driver::Token;
use model::stack::IgnoreTags;

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// The tags of a create call: the resource's own and the token that proves it ours.
#[must_use]
pub fn with_token(tags: Option<&Tags>, token: &Token) -> Tags {
    let mut all = tags.cloned().unwrap_or_default();
    all.insert(Token::TAG.to_owned(), token.0.clone());
    all
}

/// The tags as a manifest means them: without AWS's, stackctl's and ignored ones.
#[must_use]
pub fn managed(tags: &Tags, ignore: &IgnoreTags) -> Tags {
    let ours = |key: &str| !key.starts_with("aws:") && !key.starts_with("stackctl:");
    let kept =
        |key: &str| !ignore.keys.contains(key) && !ignore.key_prefixes.iter().any(|it| key.starts_with(it.as_str()));
    tags.iter().filter(|(key, _)| ours(key) && kept(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// What has to be set and what removed to come from `before` to `after`.
#[must_use]
pub fn difference(before: Option<&Tags>, after: Option<&Tags>) -> (Tags, Vec<String>) {
    let (none, none_either) = (Tags::new(), Tags::new());
    let (before, after) = (before.unwrap_or(&none), after.unwrap_or(&none_either));
    let set = after.iter().filter(|(key, value)| before.get(*key) != Some(value));
    let removed = before.keys().filter(|key| !after.contains_key(*key));
    (set.map(|(key, value)| (key.clone(), value.clone())).collect(), removed.cloned().collect())
}

/// Whose an object is, by its tags: the token in them is this one, another, or none.
#[must_use]
pub fn carries(tags: &Tags, token: &Token) -> bool {
    tags.get(Token::TAG) == Some(&token.0)
}
