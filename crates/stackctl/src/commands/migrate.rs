//! `stackctl migrate`
//!
//! Everything is read and computed before anything is written, and what is written comes into
//! place as a whole. Verification reads what was written, as any later command will.

mod disk;
mod guard;
mod states;
mod target;
mod verify;
mod write;

use engine::fingerprint::Fingerprints;
use engine::store::Key;
use migrate::request::{Migration, Request, Secrets};
use migrate::terraform::Problem;
use migrate::{report, survey};
use model::diagnostic;
use serde_json::json;

use crate::args::{self, Cli, Migrate};
use crate::commands::block_on;
use crate::failure::{Exit, Failure};
use crate::interrupt::Interrupts;
use crate::verification::Verification;
use crate::{render, stream, terminal};
use disk::Files;
use guard::Text;
use target::Target;

/// Takes over what Terraform built.
pub fn run(cli: &Cli, form: &Migrate) -> Result<Exit, Failure> {
    let target = Target::of(&form.out, &form.sources)?;
    let name = target.stack_name(form.name.as_deref())?;
    block_on(async |interrupts| act(cli, form, &target, name, &interrupts).await)
}

async fn act(
    cli: &Cli,
    form: &Migrate,
    target: &Target,
    name: String,
    interrupts: &Interrupts,
) -> Result<Exit, Failure> {
    let key = Key::random();
    let migration = compute(cli, form, name, &key).await?;
    let told = Told::of(&migration);
    told.guard(cli, &migration)?;
    write::write(cli, target, &migration, &told.markdown, &key).await?;
    told.say_written(cli, form, target, &migration);
    let verification = verify::verify(cli, form, target, &migration, interrupts).await;
    write::note(target, form.report.as_deref(), &told.with(&verification))?;
    told.say_verified(cli, form, target, &migration, &verification);
    Ok(verification.exit())
}

/// Reads everything, and makes of it what is to be written.
async fn compute(cli: &Cli, form: &Migrate, name: String, key: &Key) -> Result<Migration, Failure> {
    let sources: Vec<String> = form.sources.iter().map(|it| disk::named(it)).collect();
    let found = survey::survey(&Files, &sources).map_err(refused)?;
    let catalog = providers::catalog();
    let request = Request {
        sources: states::read(cli, found).await?,
        name,
        secrets: match form.secrets {
            args::Secrets::Variables => Secrets::Variables,
            args::Secrets::Manager => Secrets::Manager,
        },
        catalog: &catalog,
        disk: &Files,
        fingerprints: &Fingerprints::new(key.0),
    };
    migrate::migrate(&request).map_err(refused)
}

/// The report in its forms.
struct Told {
    markdown: String,
    terminal: String,
    json: serde_json::Value,
}

impl Told {
    fn of(migration: &Migration) -> Self {
        let it = &migration.report;
        Self {
            markdown: report::markdown(it),
            terminal: render::migrate::report(it, terminal::width()),
            json: report::json(it),
        }
    }

    /// The last look at what is to be written and printed before either happens.
    fn guard(&self, cli: &Cli, migration: &Migration) -> Result<(), Failure> {
        let text = |name: &str, bytes: &[u8]| Text { name: name.to_owned(), bytes: bytes.to_vec(), is_copy: false };
        let mut texts = vec![
            text("the report", self.terminal.as_bytes()),
            text("the report's JSON", self.json.to_string().as_bytes()),
            text(write::NOTES, self.markdown.as_bytes()),
        ];
        texts.extend(migration.files.iter().map(|(path, it)| text(path, it.as_bytes())));
        texts.extend(migration.copies.iter().map(|(path, bytes)| Text { is_copy: true, ..text(path, bytes) }));
        for state in migration.states.values() {
            let bytes = serde_json::to_vec(state).map_err(|wrong| Failure::environment("state", wrong.to_string()))?;
            texts.push(text(".stackctl/state.json", &bytes));
        }
        for warning in guard::check(&migration.secrets, &texts)? {
            if !cli.options.quiet {
                errln!("warning: {warning}");
            }
        }
        Ok(())
    }

    /// The report and what was verified, as Markdown.
    fn with(&self, verification: &Verification) -> String {
        format!("{}\n\n{}", self.markdown.trim_end(), render::verification::markdown(verification))
    }

    /// What can be said before AWS is asked: whoever loses patience then has it.
    fn say_written(&self, cli: &Cli, form: &Migrate, target: &Target, migration: &Migration) {
        if form.json || form.markdown {
            return;
        }
        out!("{}", self.terminal);
        if !cli.options.quiet {
            out!("\n{}", render::verification::written(target.path(), migration, terminal::width()));
        }
    }

    fn say_verified(
        &self,
        cli: &Cli,
        form: &Migrate,
        target: &Target,
        migration: &Migration,
        verification: &Verification,
    ) {
        if form.json {
            return stream::document(&self.document(target, migration, verification));
        }
        if form.markdown {
            out!("{}", self.with(verification));
        } else {
            out!("{}", render::verification::text(verification, target.path(), terminal::width()));
        }
        if let Some(failure) = &verification.failure {
            render::failure::report(failure, false);
        }
        if !form.markdown && !cli.options.quiet {
            let width = terminal::width();
            out!("{}", render::verification::next(target.path(), migration, verification, width));
        }
    }

    /// The report, and beside its members where everything went and what AWS said to it.
    fn document(&self, target: &Target, migration: &Migration, verification: &Verification) -> serde_json::Value {
        let mut document = self.json.clone();
        document["format"] = json!(1);
        document["folder"] = json!(target.path());
        document["environments"] = json!(migration.states.keys().collect::<Vec<_>>());
        document["files"] = json!(migration.files.keys().chain(migration.copies.keys()).collect::<Vec<_>>());
        document["verification"] = verification.to_json();
        if let Some(failure) = &verification.failure {
            document["error"] = render::failure::document(failure)["error"].clone();
            if let Some(problems) = &failure.problems {
                document["diagnostics"] =
                    diagnostic::json(&problems.sources, &problems.diagnostics)["diagnostics"].clone();
            }
        }
        document
    }
}

/// What keeps a source from being taken over.
fn refused(problems: Vec<Problem>) -> Failure {
    let described = |problem: &Problem| {
        let excerpt = problem.excerpt.as_ref().map(|line| format!("\n    | {}", line.trim())).unwrap_or_default();
        let help = problem.help.as_ref().map(|help| format!("\n    {help}")).unwrap_or_default();
        format!("  {problem}{excerpt}{help}")
    };
    let described: Vec<String> = problems.iter().map(described).collect();
    let message = format!("Terraform's files cannot be taken over as they are:\n{}", described.join("\n"));
    Failure::wrong("terraform", message).help("nothing was written")
}
