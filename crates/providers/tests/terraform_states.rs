//! States that real Terraform wrote, read by the schemas of real kinds.
//!
//! In: the states captured for the tests of `migrate`. Out: pass or fail: every object is known by
//! its id, every argument that must be there is, and what is written for them alone is a manifest
//! without an error that tells no secret.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use migrate::attributes::{Instance, read, read_data};
use migrate::draft::{Entry, File, Section, Table, Value};
use migrate::from_state::{Object, written};
use migrate::terraform::address::TerraformAddress;
use migrate::terraform::state::{TerraformObject, TerraformState};
use model::diagnostic::{Diagnostic, Severity};
use model::schema::Required;
use model::source::{NoFiles, Sources};
use model::stack::{Given, Options, resolve};
use model::{Address, Known, Mode, Secret, Tree, manifest};
use providers::catalog;

/// What every secret in the captured states begins with.
const CANARY: &str = "canary-";

#[test]
fn states_of_terraform_are_read_and_written() {
    let mut problems = Vec::new();
    let states = states();
    assert!(states.len() > 20, "only {} states were found", states.len());
    for path in states {
        let text = std::fs::read_to_string(&path).expect("readable");
        let state = TerraformState::parse(&text).unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
        let found = check(&state);
        problems.extend(found.into_iter().map(|it| format!("{}: {it}", path.display())));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Everything below the states of the tests of `migrate`.
fn states() -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrate/tests")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "tfstate") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn check(state: &TerraformState) -> Vec<String> {
    let mut problems = Vec::new();
    let mut instances: Vec<(&TerraformObject, Instance)> = Vec::new();
    for object in state.objects.iter().filter(|it| !it.is_deposed) {
        let TerraformAddress { mode, kind, .. } = &object.address;
        match mode {
            Mode::Data => problems.extend(look_up(object)),
            Mode::Managed => match catalog().kind(kind).map(|it| read(it, &object.attributes, &object.sensitive)) {
                None => {}
                Some(None) => problems.push(format!("{} has no id", object.address)),
                Some(Some(instance)) => instances.push((object, instance)),
            },
        }
    }
    for (object, instance) in &instances {
        problems.extend(incomplete(object, instance));
    }
    problems.extend(write(&instances));
    problems
}

fn look_up(object: &TerraformObject) -> Vec<String> {
    let Some(kind) = catalog().data_kind(&object.address.kind) else { return Vec::new() };
    let told = read_data(kind, &object.attributes, &object.sensitive);
    let missing = (kind.outputs)().fields.iter().filter(|field| field.required == Required::Always);
    // Terraform's data sources leave out some of what they declare.
    let missing = missing.filter(|field| told.get(field.name).is_none());
    let missing = missing.filter(|field| object.attributes.get(field.name).is_some_and(|it| !it.is_null()));
    missing.map(|field| format!("{} tells no `{}`", object.address, field.name)).collect()
}

fn incomplete(object: &TerraformObject, instance: &Instance) -> Vec<String> {
    let Some(kind) = catalog().kind(&object.address.kind) else { return Vec::new() };
    let sides = [((kind.inputs)(), &instance.inputs), ((kind.outputs)(), &instance.outputs)];
    let mut problems = Vec::new();
    for (schema, values) in sides {
        let required = schema.fields.iter().filter(|field| field.required == Required::Always);
        let missing = required.filter(|field| values.get(field.name).is_none());
        problems.extend(missing.map(|field| format!("{} has no `{}`", object.address, field.name)));
    }
    problems
}

/// What the manifest calls an object, so that no two have one name.
fn address_of(object: &TerraformObject) -> Address {
    let TerraformAddress { module, kind, name, key, .. } = &object.address;
    let text = format!("{module}.{name}.{}", key.as_ref().map(|it| it.text()).unwrap_or_default());
    let word = |it: char| if it.is_ascii_alphanumeric() { it } else { '_' };
    Address::managed(kind, text.chars().map(word).collect::<String>().trim_matches('_'))
}

/// Writes a manifest for the objects alone, and says what is wrong with it.
fn write(instances: &[(&TerraformObject, Instance)]) -> Vec<String> {
    let objects: Vec<Object<'_>> = instances.iter().map(|it| object_of(it, instances)).collect();
    let mut variables = BTreeMap::new();
    let entries = written(&objects, &mut |address, path, secret| {
        let name: String = format!("{}_{path}", address.name).replace(|it: char| !it.is_ascii_alphanumeric(), "_");
        variables.insert(name.clone(), plain(secret));
        Some(Value::expression(&format!("var.{name}")))
    });
    let resource = |(address, entries): (Address, Vec<Entry>)| Section {
        path: vec!["resource".to_owned(), address.kind.clone(), address.name.clone()],
        is_item: false,
        above: Vec::new(),
        table: Table { entries, ..Table::default() },
    };
    let variable = |name: &String| Section {
        path: vec!["variables".to_owned(), name.clone()],
        is_item: false,
        above: Vec::new(),
        table: Table { entries: vec![Entry::new("sensitive", Value::Bool(true))], ..Table::default() },
    };
    let sections = variables.keys().map(variable).chain(entries.into_iter().map(resource)).collect();
    let file = File { path: "all.toml".to_owned(), head: Vec::new(), sections };
    let text = migrate::write::file(&file).expect("TOML");
    let told = variables.values().filter(|secret| secret.contains(CANARY) && text.contains(secret.as_str()));
    let mut problems: Vec<String> = told.map(|secret| format!("the secret {secret} is written")).collect();
    problems.extend(validate(&text, variables));
    problems
}

fn object_of<'a>(
    (object, instance): &'a (&TerraformObject, Instance),
    all: &[(&TerraformObject, Instance)],
) -> Object<'a> {
    let named = |(other, _): &&(&TerraformObject, Instance)| {
        let block = TerraformAddress { key: None, ..other.address.clone() };
        object.dependencies.contains(&without_keys(&block))
    };
    let dependencies: BTreeSet<Address> = all.iter().filter(named).map(|(other, _)| address_of(other)).collect();
    let kind = catalog().kind(&object.address.kind).expect("a kind");
    Object { address: address_of(object), kind, instance, dependencies }
}

/// Terraform's address without the keys of modules, as dependencies have it.
fn without_keys(address: &TerraformAddress) -> String {
    let mut address = address.clone();
    for call in &mut address.module.0 {
        call.key = None;
    }
    address.to_string()
}

fn plain(secret: &Known) -> String {
    match secret {
        Tree::Secret(Secret::Plain { value, .. }) => value.as_text().unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}

fn validate(text: &str, variables: BTreeMap<String, String>) -> Vec<String> {
    let mut sources = Sources::default();
    sources.add("stack.toml", "[stack]\nname = \"all\"\n[provider.aws]\nregion = \"us-east-1\"\n");
    sources.add("all.toml", text);
    let (manifest, mut problems) = manifest::parse(&sources, None);
    let given = Given { options: variables, ..Given::default() };
    let (_, found) = resolve(&manifest, &catalog(), &Options { sources: &sources, variables: &given, files: &NoFiles });
    problems.extend(found);
    let errors = problems.into_iter().filter(|it| it.severity == Severity::Error);
    errors.map(|it: Diagnostic| format!("{}: {}", it.code, it.message)).collect()
}
