//! The report of a migration.
//!
//! In: what everything became. Out: every Terraform resource accounted for, layer by layer. It
//! must not know how a report is shown.

mod secrets;

use crate::draft::Carried;
use crate::report::{Accounted, Fate, Layer, Note, Report};
use crate::request::Request;
use crate::scrub;
use crate::settle::{self, Settled};
use crate::translate::{DEFAULT, Instances};

/// Accounts for everything.
#[must_use]
pub fn report(request: &Request<'_>, settled: &Settled, instances: &Instances) -> Report {
    let mut layers: Vec<Layer> = request.sources.iter().map(layer).collect();
    for (workspace, carried) in &settled.draft.carried {
        for carried in carried {
            let mine = layers.iter_mut().find(|it| it.name == carried.layer);
            let accounted = accounted(workspace, carried, instances);
            mine.into_iter().for_each(|it| it.resources.extend(accounted.clone()));
        }
    }
    for (number, accounted) in &settled.draft.others {
        layers[*number].resources.push(accounted.clone());
    }
    for (number, note) in &settled.draft.notes {
        if !layers[*number].notes.contains(note) {
            layers[*number].notes.push(note.clone());
        }
    }
    for (source, layer) in request.sources.iter().zip(&mut layers) {
        for object in source.states.values().flat_map(|it| &it.state.objects).filter(|it| it.is_tainted) {
            layer.notes.push(Note {
                about: object.address.to_string(),
                text: "Terraform has marked it as tainted and would replace it: it is carried over as it is, and kept"
                    .to_owned(),
                place: None,
            });
        }
    }
    let note = |(about, text)| Note { about, text, place: None };
    let unsettled = settle::unsettled(&settled.left).into_iter().map(note).collect();
    let secrets = secrets::secrets(request, settled);
    let mut report = Report { stack: request.name.clone(), layers, secrets, unsettled };
    scrub::report(&mut report, &scrub::distinct(&settled.secrets, &request.sources));
    report
}

fn layer(source: &crate::request::Source) -> Layer {
    Layer {
        name: source.name.clone(),
        file: format!("{}.toml", source.name),
        folder: source.folder.clone(),
        states: source.states.values().map(|it| it.location.clone()).collect(),
        resources: Vec::new(),
        notes: Vec::new(),
    }
}

fn accounted(workspace: &str, carried: &Carried, instances: &Instances) -> Vec<Accounted> {
    let of = |(ours, theirs): &(model::Address, crate::terraform::address::TerraformAddress)| {
        let id = instances.get(workspace).and_then(|it| it.get(ours)).map(|it| it.id.0.clone());
        Accounted {
            terraform: theirs.to_string(),
            workspace: (workspace != DEFAULT).then(|| workspace.to_owned()),
            place: carried.place.clone(),
            fate: Fate::Carried {
                address: ours.to_string(),
                id: id.unwrap_or_default(),
                changes: carried.changes.clone(),
            },
        }
    };
    carried.members.iter().map(of).collect()
}
