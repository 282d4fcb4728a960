//! Terraform's configurations as drafts of a manifest.
//!
//! In: configurations and states of all layers, and what earlier rounds found cannot be carried
//! over as it is written. Out: the files of a manifest, what became of every block, and the
//! secrets. It must not know TOML, or whether the manifest comes to what Terraform applied.

mod argument;
mod at;
mod blocks;
mod environment;
mod files;
mod fold;
mod instances;
mod lifecycle;
mod literal;
mod locals;
mod member;
mod names;
mod object;
mod optional;
mod outputs;
mod place;
mod policy;
mod print;
mod reference;
mod repetition;
mod resource;
mod rewrite;
mod settings;
mod support;
mod syntax;
mod tree;
mod unconfigured;
mod uses;
mod value;
mod variables;

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::expr::Expression;
use model::catalog::Catalog;
use model::{Address, Known};
use serde_json::Value as Json;

use crate::attributes::Instance;
use crate::draft::{Carried, File};
use crate::report::{Accounted, Note};
use crate::request::{Disk, Request, Source};
use crate::terraform::Problem;
use crate::terraform::backend::Location;
use crate::terraform::state::{OutputValue, TerraformObject};
use names::Addresses;
use variables::Variable;

use tree::Tree;

/// What cannot be carried over as it is written: found by rehearsing earlier drafts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fallbacks {
    /// Arguments that are written as literals, and why.
    pub arguments: BTreeMap<(Address, String), String>,
    /// Paths below arguments that are written as literals, and why.
    pub members: BTreeMap<(Address, String), String>,
    /// Arguments that are left out, and why.
    pub dropped: BTreeMap<(Address, String), String>,
    /// Arguments whose value in an environment is another: written in the environment's file.
    pub overrides: BTreeSet<(String, Address, String)>,
    /// Variables without a value that anybody knows.
    pub variables: BTreeSet<String>,
    /// Variables whose type is left out.
    pub types: BTreeSet<String>,
    /// Locals that cannot be evaluated.
    pub locals: BTreeSet<String>,
    /// Outputs that cannot be evaluated.
    pub outputs: BTreeSet<String>,
    /// Variables that hold secrets without saying so.
    pub sensitive: BTreeSet<String>,
    /// Values of variables that nothing but a state tells.
    pub values: BTreeMap<String, Known>,
    /// Names of variables, locals that are in use.
    pub in_use: BTreeSet<String>,
}

/// A draft of the whole manifest.
#[derive(Debug, Default)]
pub struct Draft {
    /// Its files.
    pub files: Vec<File>,
    /// Files that expressions read: path in the manifest, path on the disk.
    pub copies: BTreeMap<String, String>,
    /// What is carried over, by workspace.
    pub carried: BTreeMap<String, Vec<Carried>>,
    /// What became of everything else, by layer.
    pub others: Vec<(usize, Accounted)>,
    /// Remarks, by layer.
    pub notes: Vec<(usize, Note)>,
    /// Sensitive variables.
    pub secrets: BTreeMap<String, SecretUse>,
    /// Variables that feed sensitive arguments and are not marked.
    pub sensitive: BTreeSet<String>,
    /// Names of variables and locals that are in use, as [`Fallbacks::in_use`].
    pub in_use: BTreeSet<String>,
    /// Values of outputs as the states in the layers have them, but for sensitive ones.
    pub outputs: BTreeMap<String, Json>,
    /// Variables without a value.
    pub open: BTreeSet<String>,
}

/// A secret and where it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SecretUse {
    /// Its value, where something tells it.
    pub value: Option<Json>,
    /// Where Terraform has it.
    pub source: String,
    /// How Terraform generated it, where it did.
    pub generated: Option<Generated>,
}

/// A password that Terraform made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// Its length in characters.
    pub length: i64,
    /// Whether it may have other characters than letters and digits.
    pub special: bool,
}

/// What states say of objects in our types, by workspace and member address.
pub type Instances = BTreeMap<String, BTreeMap<Address, Instance>>;

/// What data sources told Terraform, by workspace and member address.
pub type DataValues = BTreeMap<String, BTreeMap<Address, Known>>;

/// What is the same in every round.
pub struct Ground<'a> {
    /// The layers.
    pub sources: &'a [Source],
    /// The stack's name.
    pub name: &'a str,
    /// Our kinds.
    pub catalog: &'a Catalog,
    /// Where configurations lie.
    pub disk: &'a dyn Disk,
    /// Every module instance.
    pub tree: Tree,
    /// Where each layer's state lies; none where there is no configuration.
    pub locations: Vec<Option<Location>>,
    /// The workspace whose values are written into the layers, for each layer's states.
    pub base: String,
    /// The other workspaces: environments.
    pub environments: Vec<String>,
}

impl<'a> Ground<'a> {
    /// Reads the configurations.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn read(request: &'a Request<'_>) -> Result<Self, Vec<Problem>> {
        let tree = Tree::load(request.disk, &request.sources)?;
        let location = |layer: usize| {
            let root = tree.root(layer)?;
            crate::terraform::backend::of_module(request.disk, &tree.scopes[root].module).ok()
        };
        let locations = (0..request.sources.len()).map(location).collect();
        let workspaces: BTreeSet<&String> = request.sources.iter().flat_map(|it| it.states.keys()).collect();
        let is_default = |it: &&&String| it.as_str() == DEFAULT;
        let base = workspaces.iter().find(is_default).or(workspaces.iter().next());
        let base = base.map_or_else(|| DEFAULT.to_owned(), |it| (**it).clone());
        let environments = workspaces.iter().filter(|it| it.as_str() != DEFAULT).map(|it| (**it).clone()).collect();
        let Request { sources, name, catalog, disk, .. } = request;
        Ok(Self { sources, name, catalog, disk: *disk, tree, locations, base, environments })
    }
}

/// The workspace without a name.
pub const DEFAULT: &str = "default";

/// What states say of everything that can be carried over.
///
/// # Errors
/// Values of variables that cannot be read.
pub fn states(ground: &Ground<'_>) -> Result<(Instances, DataValues), Vec<Problem>> {
    let (nothing, fallbacks) = (Instances::new(), Fallbacks::default());
    let translator = translator(ground, &fallbacks, &nothing)?;
    let (mut instances, data) = translator.read_members();
    translator.read_unconfigured(&mut instances);
    instances.values_mut().flat_map(BTreeMap::values_mut).for_each(with_default_tags);
    Ok((instances, data))
}

/// AWS knows nothing of default tags: a manifest's tags are all that an object has.
fn with_default_tags(instance: &mut Instance) {
    let all = instance.outputs.get("tags_all").cloned().filter(|it| it.as_map().is_some_and(|it| !it.is_empty()));
    if let (Some(all), Known::Map(inputs)) = (all, &mut instance.inputs) {
        inputs.insert("tags".to_owned(), all);
    }
}

/// Writes a draft.
///
/// # Errors
/// Values of variables that cannot be read, layers that do not go together.
pub fn translate(ground: &Ground<'_>, fallbacks: &Fallbacks, instances: &Instances) -> Result<Draft, Vec<Problem>> {
    settings::files(&translator(ground, fallbacks, instances)?, ground)
}

fn translator<'a>(
    ground: &'a Ground<'_>,
    fallbacks: &'a Fallbacks,
    instances: &'a Instances,
) -> Result<Translator<'a>, Vec<Problem>> {
    let mut translator = Translator {
        sources: ground.sources,
        catalog: ground.catalog,
        tree: &ground.tree,
        base: &ground.base,
        locations: &ground.locations,
        addresses: Addresses::of(&ground.tree, ground.sources),
        variables: variables::of(ground, fallbacks)?,
        inner: names::inner(&ground.tree, ground.sources, &BTreeSet::new()),
        locals: BTreeMap::new(),
        fallbacks,
        instances,
        has_default_workspace: ground.base == DEFAULT,
        sensitive_documents: BTreeSet::new(),
    };
    // Whether locals of several layers are the same shows when they are in terms of the manifest.
    translator.locals = locals::names(&translator);
    translator.inner = names::inner(&ground.tree, ground.sources, &translator.locals.values().collect());
    translator.sensitive_documents = translator.read_sensitive_documents();
    Ok(translator)
}

/// What translating is a function of.
struct Translator<'a> {
    sources: &'a [Source],
    catalog: &'a Catalog,
    tree: &'a Tree,
    base: &'a str,
    locations: &'a [Option<Location>],
    addresses: Addresses,
    variables: BTreeMap<(usize, String), Variable>,
    /// What root modules' locals are called.
    locals: BTreeMap<(usize, String), String>,
    /// What those of child modules are called, and their variables.
    inner: names::Inner,
    fallbacks: &'a Fallbacks,
    /// What states say of what is carried over, by workspace and member.
    instances: &'a Instances,
    has_default_workspace: bool,
    /// Documents that hold a secret somewhere: declaration and argument.
    sensitive_documents: BTreeSet<(Address, String)>,
}

impl Translator<'_> {
    /// The objects of a layer's state, in the workspace that is written into the layers.
    fn objects_of(&self, layer: usize) -> &[TerraformObject] {
        self.sources[layer].states.get(self.base).map_or(&[], |it| it.state.objects.as_slice())
    }

    fn outputs_of(&self, layer: usize) -> Option<&BTreeMap<String, OutputValue>> {
        self.sources[layer].states.get(self.base).map(|it| &it.state.outputs)
    }

    /// The text that an expression is, where it is known from variables alone.
    fn constant(&self, expression: &Expression) -> Option<String> {
        match syntax::opened(expression) {
            Expression::String(text) => Some(text.value().clone()),
            Expression::Number(number) => Some(number.value().to_string()),
            Expression::StringTemplate(template) => template
                .iter()
                .map(|it| match it {
                    hcl_edit::template::Element::Literal(text) => Some(text.value().clone()),
                    hcl_edit::template::Element::Interpolation(it) => self.constant(&it.expr),
                    hcl_edit::template::Element::Directive(_) => None,
                })
                .collect(),
            Expression::Traversal(it) => {
                let Expression::Variable(root) = &it.expr else { return None };
                let name = it.operators.first().and_then(syntax::attribute_name)?;
                let variable = self.variables.values().find(|it| it.called == name && root.as_str() == "var")?;
                (it.operators.len() == 1).then(|| self.constant(variable.value.as_ref()?)).flatten()
            }
            _ => None,
        }
    }
}

/// A local that something uses.
#[derive(Clone, Debug)]
struct Local {
    /// The scope that it belongs to.
    scope: usize,
    /// Its value in terms of the manifest.
    value: Expression,
}

/// What expressions made use of.
#[derive(Clone, Debug, Default)]
struct Found {
    /// Variables of the manifest.
    variables: BTreeSet<String>,
    /// Locals of the manifest.
    locals: BTreeMap<String, Local>,
    /// Locals whose values are being looked at.
    opened: BTreeSet<String>,
    /// Variables and locals of root modules, by layer: see [`settings::use_key`].
    uses: BTreeSet<String>,
    /// Resources and data sources.
    objects: BTreeSet<Address>,
    /// References that became what a state says of them.
    literals: BTreeSet<String>,
    /// Those of them that a comment stands beside.
    noted: BTreeSet<String>,
    /// Secrets that became variables.
    secrets: BTreeMap<String, SecretUse>,
    /// Files that are read: path in the manifest, path on the disk.
    copies: BTreeMap<String, String>,
}

impl Found {
    fn extend(&mut self, other: Self) {
        self.variables.extend(other.variables);
        for (name, local) in other.locals {
            self.locals.entry(name).or_insert(local);
        }
        self.opened.extend(other.opened);
        self.uses.extend(other.uses);
        self.objects.extend(other.objects);
        self.literals.extend(other.literals);
        self.noted.extend(other.noted);
        self.secrets.extend(other.secrets);
        self.copies.extend(other.copies);
    }
}
