//! Workspaces as environments.
//!
//! In: values of variables by workspace, and what differs from one to the next. Out: the files of
//! environments. It must not know which arguments there are.

use super::{Found, Ground, Translator, value};
use crate::draft::{Entry, File, Section, Table};
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
            sections.push(Section { path, is_item: false, above: Vec::new(), table: Table { entries: values, ..Table::default() } });
        }
        for (_, owner, argument) in self.fallbacks.overrides.iter().filter(|(it, _, _)| it == environment) {
            let instance = self.instances.get(environment).and_then(|it| it.get(owner));
            let field = self.catalog.kind(&owner.kind).and_then(|it| (it.inputs)().field(argument));
            let known = instance.and_then(|it| it.inputs.get(argument));
            let literal = field.zip(known).and_then(|(field, known)| from_state::literal(field.ty, known));
            let entry = literal.map(|it| Entry::new(&**argument, it));
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
}
