//! Terraform's states, fetched from where they lie.
//!
//! In: what a survey of the sources found. Out: the same with the states read. Nothing is written
//! anywhere.

use std::collections::BTreeMap;

use aws_store::Reader;
use aws_types::SdkConfig;
use driver::{Fault, FaultKind};
use migrate::request::{Disk as _, Source, StateSource};
use migrate::survey::Found;
use migrate::terraform::backend::{DEFAULT_WORKSPACE, Location, Role};
use migrate::terraform::state::TerraformState;
use model::stack::{AssumeRole, Provider};

use super::disk::Files;
use crate::args::Cli;
use crate::connect;
use crate::failure::Failure;

/// What works with every backend.
const PULL: &str =
    "`terraform state pull > NAME.tfstate` in that folder gets it, and NAME.tfstate is given after the folder";

/// Reads the states of all layers.
///
/// # Errors
/// One that is not there, cannot be read, or is none.
pub async fn read(cli: &Cli, found: Vec<Found>) -> Result<Vec<Source>, Failure> {
    let mut shelf = Shelf { cli, configured: BTreeMap::new() };
    let mut sources = Vec::new();
    for layer in found {
        sources.push(shelf.layer(layer).await?);
    }
    Ok(sources)
}

/// The buckets that were opened so far.
struct Shelf<'a> {
    cli: &'a Cli,
    /// By what a backend says about getting there: layers mostly share it.
    configured: BTreeMap<[Option<String>; 5], SdkConfig>,
}

impl Shelf<'_> {
    async fn layer(&mut self, mut found: Found) -> Result<Source, Failure> {
        self.add_workspaces(&mut found).await?;
        let mut states = BTreeMap::new();
        for (workspace, location) in &found.states {
            let place = location.to_string();
            let content = match location {
                Location::Local { path, .. } => Files.read(path).map_err(|why| unreadable(&place, &why))?,
                Location::S3 { key, .. } => {
                    let read = self.reader(&found.name, location).await?.read(key).await;
                    read.map_err(|fault| refused(&found.name, &place, fault))?
                }
                Location::Other { .. } => return Err(elsewhere(&found.name, location)),
            };
            if let Some(bytes) = content {
                states.insert(workspace.clone(), self.state(&found.name, place, &bytes)?);
            }
        }
        if states.is_empty() {
            return Err(missing(&found));
        }
        let Found { name, folder, values, .. } = found;
        Ok(Source { name, folder, states, values })
    }

    /// Adds the workspaces whose states lie beside the default one's in S3: a folder does not tell
    /// of them. States that were named by themselves are all that is meant.
    async fn add_workspaces(&mut self, found: &mut Found) -> Result<(), Failure> {
        let default = found.states.get(DEFAULT_WORKSPACE);
        let is_default = default.is_some_and(|it| it.same_place(&found.location)) && found.folder.is_some();
        let (true, Some(prefix)) = (is_default, found.location.workspaces_prefix()) else { return Ok(()) };
        let reader = self.reader(&found.name, &found.location).await?;
        match reader.keys(&prefix).await {
            Ok(keys) => {
                let workspaces = keys.iter().filter_map(|key| found.location.workspace_of_key(key));
                let workspaces: Vec<String> = workspaces.map(str::to_owned).collect();
                workspaces.iter().for_each(|it| found.add_workspace(&Files, it));
                Ok(())
            }
            // Who may not list has no workspaces: Terraform lists too.
            Err(fault) if fault.kind == FaultKind::Denied => {
                self.warn(&format!(
                    "workspaces of `{}` would not be taken over: these credentials may not list its bucket ({fault})",
                    found.name
                ));
                Ok(())
            }
            Err(fault) => Err(refused(&found.name, &found.location.to_string(), fault)),
        }
    }

    async fn reader(&mut self, layer: &str, location: &Location) -> Result<Reader, Failure> {
        let Location::S3 { bucket, region, profile, role, endpoint, .. } = location else {
            return Err(elsewhere(layer, location));
        };
        let (arn, external_id) =
            (role.as_ref().map(|it| &it.arn), role.as_ref().and_then(|it| it.external_id.as_ref()));
        let way =
            [region.as_ref(), profile.as_ref(), arn, external_id, endpoint.as_ref()].map(Option::<&String>::cloned);
        if let Some(config) = self.configured.get(&way) {
            return Ok(Reader::new(config, bucket));
        }
        let provider = Provider {
            region: region.clone(),
            profile: profile.clone(),
            assume_role: role.clone().map(assume),
            ..Provider::default()
        };
        let configured = connect::prepare(&self.cli.options, &provider).await?;
        if let Some(why) = configured.missing_credentials().await {
            let message = format!("cannot read `{location}`, the state of `{layer}`, without AWS credentials: {why}");
            return Err(Failure::environment("no-credentials", message).help(format!(
                "log in (`aws sso login`, `aws login`) or set AWS_PROFILE; or, where Terraform can read it, {PULL}; \
                 nothing was written"
            )));
        }
        let config = match endpoint {
            Some(url) if configured.run.is_none() => configured.config.to_builder().endpoint_url(url).build(),
            Some(_) | None => configured.config,
        };
        let reader = Reader::new(&config, bucket);
        self.configured.insert(way, config);
        Ok(reader)
    }

    fn state(&self, layer: &str, location: String, bytes: &[u8]) -> Result<StateSource, Failure> {
        let text = std::str::from_utf8(bytes).map_err(|_| unreadable(&location, "it is no text"))?;
        let state = TerraformState::parse(text).map_err(|wrong| {
            Failure::wrong("terraform-state", format!("`{location}`: {wrong}")).help("nothing was written")
        })?;
        if !self.cli.options.quiet && !self.cli.command.json() {
            errln!("{layer}: {} in `{location}`", report::words::plural(state.objects.len(), "object"));
        }
        Ok(StateSource { location, state })
    }

    fn warn(&self, text: &str) {
        if !self.cli.options.quiet {
            errln!("warning: {text}");
        }
    }
}

fn assume(Role { arn, external_id }: Role) -> AssumeRole {
    AssumeRole { role_arn: arn, external_id, session_name: None }
}

fn unreadable(location: &str, why: &str) -> Failure {
    Failure::environment("unreadable", format!("cannot read `{location}`: {why}")).help("nothing was written")
}

fn refused(layer: &str, location: &str, fault: Fault) -> Failure {
    let message = format!("cannot read `{location}`, the state of `{layer}`: {fault}");
    Failure { message, ..Failure::from(fault) }.help(format!(
        "check the credentials, the profile and the region; or, where Terraform can read it, {PULL}; nothing was written"
    ))
}

fn elsewhere(layer: &str, location: &Location) -> Failure {
    let message = format!("the state of `{layer}` lies in {location}, which only Terraform reads");
    Failure::wrong("terraform-backend", message).help(format!("{PULL}; nothing was written"))
}

fn missing(found: &Found) -> Failure {
    let looked: Vec<String> = match found.states.is_empty() {
        true => vec![format!("`{}`", found.location)],
        false => found.states.values().map(|it| format!("`{it}`")).collect(),
    };
    let message = format!("there is no state of `{}`: nothing is at {}", found.name, looked.join(", "));
    Failure::wrong("no-state", message).help(format!(
        "migrate takes over what Terraform has applied; if the state is somewhere else, {PULL}; nothing was written"
    ))
}
