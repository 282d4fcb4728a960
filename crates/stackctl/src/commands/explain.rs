//! `stackctl explain KIND[.ARGUMENT]`

use model::catalog::Catalog;
use model::diagnostic::nearest;
use model::reference::{self, Row};
use model::schema::Schema;

use crate::failure::{Exit, Failure};
use crate::render;

/// Prints the reference of a kind, an argument, or the list of kinds.
pub fn run(subject: Option<&str>) -> Result<Exit, Failure> {
    let catalog = providers::catalog();
    let Some(subject) = subject else {
        out!("{}", render::explain::index(&catalog));
        return Ok(Exit::Done);
    };
    let data = subject.strip_prefix("data.");
    let (name, argument) = match data.unwrap_or(subject).split_once('.') {
        Some((name, argument)) => (name, Some(argument)),
        None => (data.unwrap_or(subject), None),
    };
    let (inputs, outputs, import) = schemas(&catalog, name, data.is_some())?;
    let Some(argument) = argument else {
        out!("{}", render::explain::kind(subject, inputs, outputs, import));
        return Ok(Exit::Done);
    };
    let rows: Vec<Row> = [inputs, outputs].into_iter().flat_map(reference::rows).collect();
    let found: Vec<&Row> =
        rows.iter().filter(|row| row.path == argument || row.path.starts_with(&format!("{argument}."))).collect();
    if found.is_empty() {
        let near = nearest(argument, rows.iter().map(|row| row.path.as_str()));
        let help = near.map_or_else(
            || format!("`stackctl explain {name}` lists them"),
            |near| format!("did you mean `{name}.{near}`?"),
        );
        return Err(
            Failure::wrong("unknown-argument", format!("`{name}` has no argument or output `{argument}`")).help(help)
        );
    }
    out!("{}", render::explain::rows(&found));
    Ok(Exit::Done)
}

type Schemas = (&'static Schema, &'static Schema, Option<&'static str>);

fn schemas(catalog: &Catalog, name: &str, data: bool) -> Result<Schemas, Failure> {
    if !data && let Some(kind) = catalog.kind(name) {
        return Ok(((kind.inputs)(), (kind.outputs)(), Some(kind.import)));
    }
    if let Some(kind) = catalog.data_kind(name) {
        return Ok(((kind.arguments)(), (kind.outputs)(), None));
    }
    let names = catalog.kinds.iter().map(|kind| kind.name).chain(catalog.data.iter().map(|kind| kind.name));
    let help = nearest(name, names)
        .map_or_else(|| "`stackctl explain` lists the kinds".to_owned(), |near| format!("did you mean `{near}`?"));
    Err(Failure::wrong("unknown-type", format!("there is no kind `{name}`")).help(help))
}
