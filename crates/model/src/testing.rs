//! Made-up kinds for tests, and a way to say what is wrong with a manifest in a few lines.
//!
//! In: manifest text. Out: a stack and its problems as text. It must not know any real kind.

use std::collections::{BTreeMap, BTreeSet};

use crate::Attributes;
use crate::catalog::{Catalog, DataKind, Identity, Kind, Life, Naming, Timing, id_attribute, no_stamp};
use crate::diagnostic::{Diagnostic, Severity};
use crate::manifest;
use crate::schema::{Checked, Document, Rule, Type, Violation};
use crate::source::{Files, Sources};
use crate::stack::{Given, Options, Stack, resolve};
use crate::tree::Known;
use crate::typed::{Blocks, Mismatch, Policy, Secret, Typed};

/// A network.
#[derive(Attributes)]
pub struct NetworkInputs {
    /// Its addresses.
    #[attr(replace)]
    pub cidr: String,
    /// Its tags.
    pub tags: Option<BTreeMap<String, String>>,
}

/// What a network tells.
#[derive(Attributes)]
pub struct NetworkOutputs {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its tags and those of the provider.
    pub tags_all: BTreeMap<String, String>,
}

/// A rule.
#[derive(Attributes)]
pub struct RuleBlock {
    /// The port.
    #[attr(range = 0..=65_535)]
    pub port: i64,
    /// Who may.
    pub from: Option<Vec<String>>,
}

/// Logging.
#[derive(Attributes)]
pub struct LoggingBlock {
    /// Where to.
    pub bucket: String,
    /// How long.
    #[attr(default = 7)]
    pub days: Option<i64>,
    /// What AWS calls it.
    #[attr(computed)]
    pub stream: Option<String>,
}

/// A parameter.
#[derive(Attributes)]
pub struct ParameterBlock {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A store.
#[derive(Attributes)]
pub struct StoreInputs {
    /// Name of the store.
    #[attr(replace, length = 1..=20, pattern = "[a-z-]+")]
    pub name: Option<String>,
    /// Beginning of its name.
    pub name_prefix: Option<String>,
    /// What it runs.
    #[attr(allowed = ["mysql", "mariadb"])]
    pub engine: String,
    /// How big its machine is.
    #[attr(allowed = ["small", "large"], open)]
    pub class: Option<String>,
    /// GiB.
    #[attr(range = 5..=100)]
    pub size: Option<i64>,
    /// Text that looks like a number.
    #[attr(default = "256")]
    pub cpu: Option<String>,
    /// Whether it is public.
    pub public: Option<bool>,
    /// Its password.
    #[attr(write_only, length = 8..=41)]
    pub password: Option<Secret<String>>,
    /// Its network.
    #[attr(accepts = ["aws_network.id"])]
    pub network_id: Option<String>,
    /// Its port.
    #[attr(computed)]
    pub port: Option<i64>,
    /// Who may reach it.
    pub rules: Option<Blocks<RuleBlock>>,
    /// Where it logs.
    pub logging: Option<LoggingBlock>,
    /// Its parameters.
    #[attr(key = "name")]
    pub parameters: Option<Blocks<ParameterBlock>>,
    /// Its labels.
    pub labels: Option<BTreeSet<String>>,
    /// Who may use it.
    pub policy: Option<Policy>,
    /// What it runs.
    pub containers: Option<Containers>,
    /// Who pays for it.
    #[attr(required_on_create)]
    pub payer: Option<String>,
    /// A key.
    pub key_id: Option<String>,
    /// A key by its alias.
    pub key_alias: Option<String>,
    /// The old name of `class`.
    #[attr(deprecated = "use `class`")]
    pub kind: Option<String>,
    /// Its tags.
    pub tags: Option<BTreeMap<String, String>>,
}

/// What a store tells.
#[derive(Attributes)]
pub struct StoreOutputs {
    /// Its id.
    pub id: String,
    /// Where it is reached.
    pub endpoint: String,
    /// Its master secret.
    pub secret: Secret<String>,
}

/// One container.
#[derive(Attributes)]
pub struct ContainerBlock {
    /// Its name.
    pub name: String,
    /// Its image.
    pub image: Option<String>,
    /// Its CPU units.
    pub cpu: Option<i64>,
    /// Plain variables.
    pub environment: Option<Vec<ParameterBlock>>,
    /// Variables that ECS fetches.
    pub secrets: Option<Vec<FetchedBlock>>,
}

/// A fetched variable.
#[derive(Attributes)]
#[allow(non_snake_case)]
pub struct FetchedBlock {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub valueFrom: String,
}

/// Containers.
pub struct Containers(Vec<ContainerBlock>);

impl Typed for Containers {
    const TYPE: &'static Type = &Type::Json(Document::Objects { schema: ContainerBlock::schema, key: "name" });
    fn read(tree: Known) -> Result<Self, Mismatch> {
        Vec::read(tree).map(Self)
    }
    fn write(&self) -> Known {
        self.0.write()
    }
}

/// What images are looked up by.
#[derive(Attributes)]
pub struct ImageInputs {
    /// Its name.
    pub name: String,
}

/// What an image tells.
#[derive(Attributes)]
pub struct ImageOutputs {
    /// Its id.
    pub id: String,
}

fn even(checked: &Checked<'_>) -> Vec<Violation> {
    let odd = checked.int("size").is_some_and(|size| size % 2 == 1);
    let violation = || Violation {
        code: "odd-size",
        warning: false,
        argument: "size",
        message: "`size` must be even".to_owned(),
        help: Some("add one".to_owned()),
    };
    odd.then(violation).into_iter().collect()
}

static NETWORK: Kind = Kind {
    name: "aws_network",
    service: "network",
    inputs: NetworkInputs::schema,
    outputs: NetworkOutputs::schema,
    rules: &[],
    identity: Identity::Tag,
    marked: true,
    naming: None,
    read_batch: 100,
    life: Life::Owned,
    timing: Timing::QUICK,
    import: "ID",
    identify: id_attribute,
    stamp: no_stamp,
};

static STORE: Kind = Kind {
    name: "aws_store",
    service: "store",
    inputs: StoreInputs::schema,
    outputs: StoreOutputs::schema,
    rules: &[
        Rule::Conflicts(&["name", "name_prefix"]),
        Rule::Conflicts(&["key_id", "key_alias"]),
        Rule::RequiredWith("public", &["network_id"]),
        Rule::Check(even),
    ],
    identity: Identity::Name,
    marked: false,
    naming: Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &["network_id"], shared: false }),
    read_batch: 100,
    life: Life::Owned,
    timing: Timing::QUICK,
    import: "NAME",
    identify: id_attribute,
    stamp: no_stamp,
};

static IMAGE: DataKind = DataKind {
    name: "aws_image",
    service: "store",
    arguments: ImageInputs::schema,
    outputs: ImageOutputs::schema,
    rules: &[],
    stamp: no_stamp,
};

/// The made-up kinds.
pub const CATALOG: Catalog = Catalog { kinds: &[&NETWORK, &STORE], data: &[&IMAGE], checks: &[] };

/// Files of tests.
pub struct TestFiles;

impl Files for TestFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        match path {
            "motd.txt" => Ok(b"hello".to_vec()),
            _ => Err(format!("there is no `{path}`")),
        }
    }
}

/// Resolves a manifest of one file `main.toml` beside a `stack.toml` that names it `demo`.
pub fn resolved(text: &str, given: &Given) -> (Stack, Vec<Diagnostic>, Sources) {
    let mut sources = Sources::default();
    sources.add("stack.toml", "[stack]\nname = \"demo\"\n");
    sources.add("main.toml", text);
    let (stack, problems) = resolve_all(&sources, given);
    (stack, problems, sources)
}

/// Resolves any sources.
pub fn resolve_all(sources: &Sources, given: &Given) -> (Stack, Vec<Diagnostic>) {
    let (manifest, mut problems) = manifest::parse(sources, None);
    let options = Options { sources, variables: given, files: &TestFiles };
    let (stack, found) = resolve(&manifest, &CATALOG, &options);
    problems.extend(found);
    (stack, problems)
}

/// Resolves a manifest without problems.
pub fn stack(text: &str) -> Stack {
    let (stack, problems, sources) = resolved(text, &Given::default());
    assert_eq!(told(&problems, &sources), "", "{text}");
    stack
}

/// Problems as text: `error[code] main.toml:3: message`, the help below it.
pub fn told(problems: &[Diagnostic], sources: &Sources) -> String {
    let mut lines = Vec::new();
    for problem in problems {
        let severity = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let place = problem.labels.first().and_then(|label| {
            let source = sources.get(label.span.file)?;
            let line = source.text.get(..label.span.start as usize)?.matches('\n').count() + 1;
            Some(format!(" {}:{line} `{}`", source.path, sources.text(label.span).replace('\n', "⏎")))
        });
        lines.push(format!("{severity}[{}]{}: {}", problem.code, place.unwrap_or_default(), problem.message));
        lines.extend(problem.help.iter().map(|help| format!("  help: {help}")));
    }
    lines.join("\n")
}

/// Whether a manifest has exactly these problems.
pub fn check(text: &str, expect: &str) {
    check_given(text, &Given::default(), expect);
}

/// The same with values of variables.
pub fn check_given(text: &str, given: &Given, expect: &str) {
    let (_, problems, sources) = resolved(text, given);
    let found = told(&problems, &sources);
    let expect = expect.lines().map(str::trim_end).collect::<Vec<&str>>().join("\n");
    assert_eq!(found, expect.trim(), "\n--- manifest\n{text}\n--- found\n{found}\n---");
}
