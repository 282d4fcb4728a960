//! Where remote states lie, and which layer is meant.
//!
//! In: a `terraform_remote_state` block. Out: the layer whose state it reads. It must not know
//! what is read of it.

use std::collections::BTreeMap;

use hcl_edit::expr::Expression;
use model::Mode;
use serde_json::Value as Json;

use super::at::At;
use super::syntax::{opened, static_key};
use super::{Found, Translator};
use crate::terraform::backend;
use crate::terraform::configuration::Block;

impl Translator<'_> {
    /// The layer whose state a block reads, where it is among the sources.
    pub(super) fn layer_of(&self, block: &Block, at: &At) -> Option<usize> {
        let scope = &self.tree.scopes[at.scope];
        let name = block.labels.get(1)?;
        let objects = scope.objects(self.objects_of(scope.layer), Mode::Data, "terraform_remote_state", name);
        let told = objects.first().map(|(_, it)| &it.attributes);
        let backend = match (told.and_then(|it| it.get("backend")), block.body.get("backend").map(opened)) {
            (Some(Json::String(backend)), _) => backend.clone(),
            (_, Some(Expression::String(backend))) => backend.value().clone(),
            _ => return None,
        };
        let of_state = told.and_then(|it| it.get("config")?.get("value")?.as_object()).map(|config| {
            let text = |(key, value): (&String, &Json)| Some((key.clone(), value.as_str()?.to_owned()));
            config.iter().filter_map(text).collect::<BTreeMap<_, _>>()
        });
        let config = of_state.or_else(|| self.config(block, at))?;
        let folder = self.sources[scope.layer].folder.as_deref().unwrap_or(".");
        let wanted = backend::of_remote_state(&backend, &config, folder);
        let is_it = |it: &Option<backend::Location>| it.as_ref().is_some_and(|it| it.same_place(&wanted));
        self.locations.iter().position(is_it).or_else(|| {
            let shown = wanted.to_string();
            self.sources.iter().position(|it| it.states.values().any(|it| it.location == shown))
        })
    }

    fn config(&self, block: &Block, at: &At) -> Option<BTreeMap<String, String>> {
        let Expression::Object(members) = opened(block.body.get("config")?) else { return None };
        let member = |(key, value): (&hcl_edit::expr::ObjectKey, &hcl_edit::expr::ObjectValue)| {
            let rewritten = self.rewrite(value.expr(), at, &mut Found::default()).ok()?;
            Some((static_key(key)?, self.constant(&rewritten)?))
        };
        Some(members.iter().filter_map(member).collect())
    }
}
