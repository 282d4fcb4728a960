//! Where child modules lie.
//!
//! In: the `source` of a `module` block. Out: the folder of its files. It must not know what is in
//! them.

use serde::Deserialize;

use super::problem::Problem;
use super::{path, read};
use crate::request::Disk;

/// Terraform's record of the modules that it has installed.
const RECORD: &str = ".terraform/modules/modules.json";

/// The folder of a module that the folder `caller` calls with `source`. Sources that start with
/// `./` or `../` are folders; all others are where `terraform init` has put them below the root
/// folder (<https://developer.hashicorp.com/terraform/language/modules/sources>). `names` are the
/// module blocks on the way from the root module to this one, itself included.
///
/// # Errors
/// It is not there.
pub fn folder_of(disk: &dyn Disk, root: &str, caller: &str, names: &[String], source: &str) -> Result<String, Problem> {
    let called = names.join(".");
    if source == "." || source == ".." || source.starts_with("./") || source.starts_with("../") {
        let folder = path::normal(&path::join(caller, source));
        return if disk.list(&folder).is_empty() {
            let message = format!("module `{called}` lies in `{folder}`, and there is nothing in that folder");
            Err(Problem::of(caller, message).help("pass the folders as they lie in the repository, with its modules"))
        } else {
            Ok(folder)
        };
    }
    let folder = installed(disk, root, &called)?.map(|it| path::normal(&path::join(root, &it.replace('\\', "/"))));
    folder.filter(|it| !disk.list(it).is_empty()).ok_or_else(|| {
        Problem::of(caller, format!("module `{called}` comes from `{source}`, and it is not downloaded"))
            .help(format!("run `terraform init` in `{root}` first: it puts modules into `.terraform/modules`"))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    modules: Vec<Installed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Installed {
    key: String,
    dir: String,
}

/// The folder of a module below the root folder, as Terraform's record has it.
fn installed(disk: &dyn Disk, root: &str, called: &str) -> Result<Option<String>, Problem> {
    let file = path::join(root, RECORD);
    if !matches!(disk.read(&file), Ok(None)) {
        let text = read::text(disk, &file)?;
        let record: Record = serde_json::from_str(&text).map_err(|error| {
            Problem::of(&file, format!("this is not Terraform's record of modules: {error}"))
                .help(format!("run `terraform init` in `{root}` to have it written again"))
        })?;
        return Ok(record.modules.into_iter().find(|it| it.key == called).map(|it| it.dir));
    }
    Ok(None)
}
