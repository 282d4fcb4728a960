//! Workspaces as environments.
//!
//! In: values of variables by workspace, and what differs from one to the next. Out: the files of
//! environments. It must not know which arguments there are.

use model::Address;

use super::{Found, Ground, Translator, value};
use crate::draft::{Entry, File, Section, Table, Value};
use crate::from_state;

impl Translator<'_> {
    /// A file for each workspace that has a name.
    pub(super) fn environment_files(&self, ground: &Ground<'_>, found: &Found) -> Vec<File> {
        ground.environments.iter().map(|it| self.environment_file(it, found)).collect()
    }

    fn environment_file(&self, environment: &str, found: &Found) -> File {
        let mut values: Vec<Entry> = Vec::new();
        for variable in self.variables.values().filter(|it| found.variables.contains(&it.called) && !it.is_sensitive) {
            let known = variable.elsewhere.get(environment).and_then(value::value);
            if let Some(known) = known.filter(|_| values.iter().all(|it| it.key != variable.called)) {
                values.push(Entry::new(&*variable.called, known));
            }
        }
        let mut sections = Vec::new();
        if !values.is_empty() {
            let path = vec!["values".to_owned()];
            sections.push(Section {
                path,
                is_item: false,
                above: Vec::new(),
                table: Table { entries: values, ..Table::default() },
            });
        }
        for (_, owner, argument) in self.fallbacks.overrides.iter().filter(|(it, _, _)| it == environment) {
            let entry = self.override_of(environment, owner, argument);
            let path = vec!["resource".to_owned(), owner.kind.clone(), owner.name.clone()];
            let same = |it: &&mut Section| it.path == path;
            match (entry, sections.iter_mut().find(same)) {
                (Some(entry), Some(section)) => section.table.entries.push(entry),
                (Some(entry), None) => {
                    let table = Table { entries: vec![entry], ..Table::default() };
                    sections.push(Section { path, is_item: false, above: Vec::new(), table });
                }
                (None, _) => {}
            }
        }
        File { path: format!("environments/{environment}.toml"), head: Vec::new(), sections }
    }

    /// What an argument is in an environment, as its state has it.
    fn override_of(&self, environment: &str, owner: &Address, argument: &str) -> Option<Entry> {
        let instances = self.instances.get(environment)?;
        let members = instances.iter().filter(|(address, _)| address.declaration() == *owner);
        match argument {
            "lifecycle" => {
                let enabled = Entry::new("enabled", Value::Bool(members.count() > 0));
                Some(Entry::new("lifecycle", Value::Table(Table { entries: vec![enabled], ..Table::default() })))
            }
            "for_each" => {
                let keys = members.filter_map(|(address, _)| address.key.clone());
                Some(Entry::new("for_each", Value::List(keys.map(|it| Value::literal(&it).into()).collect())))
            }
            _ => {
                let field = self.catalog.kind(&owner.kind).and_then(|it| (it.inputs)().field(argument))?;
                let literal = from_state::literal(field.ty, instances.get(owner)?.inputs.get(argument)?)?;
                Some(Entry::new(argument, literal))
            }
        }
    }
}
