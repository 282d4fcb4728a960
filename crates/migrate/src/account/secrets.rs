//! The secrets in Terraform's states.
//!
//! In: what the manifest's secrets are, and what states hold. Out: for each what stands for it now,
//! and every place where Terraform has it. It must not tell a secret's value.

use std::collections::{BTreeMap, BTreeSet};

use model::{Address, Known};

use crate::manager;
use crate::report::{FirstApply, SecretFound};
use crate::request::{Request, Secrets};
use crate::scrub;
use crate::settle::Settled;
use crate::translate::Instances;

/// Every secret: what stands for it, and where Terraform has it.
pub fn secrets(request: &Request<'_>, settled: &Settled, instances: &Instances) -> Vec<SecretFound> {
    let managed = match request.secrets {
        Secrets::Variables => BTreeMap::new(),
        Secrets::Manager => manager::holders(&settled.draft.files, &settled.draft.secrets),
    };
    let distinct = scrub::distinct(&settled.secrets, &request.sources);
    let search = Search { request, instances, names: names(settled) };
    let found = settled.draft.secrets.iter().map(|(name, secret)| {
        let mut found_in = BTreeSet::new();
        let mut source = Some(secret.source.clone());
        if let Some(Known::Text(value)) = settled.secrets.get(name).filter(|it| it.as_text() != Some("")) {
            for place in search.resources(value, distinct.contains_key(name)) {
                // The same place, named with its layer, says more.
                source = source.filter(|it| *it != place.ours && *it != place.theirs);
                found_in.insert(place.told());
            }
            found_in.extend(search.outputs(value));
        }
        source.iter().for_each(|it| drop(found_in.remove(it)));
        let (now, first_apply) =
            managed.get(name).cloned().unwrap_or_else(|| (format!("var.{name}"), FirstApply::Keeps));
        SecretFound {
            now,
            variable: (first_apply != FirstApply::Generates).then(|| name.clone()),
            first_apply,
            found_in: source.into_iter().chain(found_in).collect(),
        }
    });
    found.collect()
}

/// What Terraform calls each resource, and its layer.
type Names<'a> = BTreeMap<&'a Address, (String, &'a str)>;

fn names(settled: &Settled) -> Names<'_> {
    let carried = settled.draft.carried.values().flatten();
    let named = carried.flat_map(|it| it.members.iter().map(|(ours, theirs)| (ours, (theirs.to_string(), &*it.layer))));
    named.collect()
}

/// Where a value may be.
struct Search<'a> {
    request: &'a Request<'a>,
    instances: &'a Instances,
    names: Names<'a>,
}

/// An argument that holds a secret.
struct Place<'a> {
    ours: String,
    theirs: String,
    layer: Option<&'a str>,
}

impl Place<'_> {
    fn told(&self) -> String {
        self.layer.map_or_else(|| self.theirs.clone(), |layer| format!("{} of {layer}", self.theirs))
    }
}

impl Search<'_> {
    /// The arguments that hold a value. One that stands elsewhere too, as the name of half a stack,
    /// tells nothing where it is not called secret.
    fn resources(&self, value: &str, is_distinct: bool) -> Vec<Place<'_>> {
        let mut places = Vec::new();
        for (address, instance) in self.instances.values().flatten() {
            for (argument, held) in instance.inputs.as_map().into_iter().flatten() {
                let text = engine::fingerprint::reveal(held).map(|it| it.to_json().to_string()).unwrap_or_default();
                if text.contains(value) && (is_distinct || held.has_secret()) {
                    let named = self.names.get(address);
                    let theirs = named.map_or_else(|| address.to_string(), |(theirs, _)| theirs.clone());
                    places.push(Place {
                        ours: format!("{address}.{argument}"),
                        theirs: format!("{theirs}.{argument}"),
                        layer: named.map(|(_, layer)| *layer),
                    });
                }
            }
        }
        places
    }

    /// The outputs that are a value.
    fn outputs(&self, value: &str) -> BTreeSet<String> {
        let mut places = BTreeSet::new();
        for source in &self.request.sources {
            for (output, told) in source.states.values().flat_map(|it| &it.state.outputs) {
                if told.value.as_str() == Some(value) {
                    places.insert(format!("output {output} of {}", source.name));
                }
            }
        }
        places
    }
}
