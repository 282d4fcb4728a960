//! What a resource type implements, and how it becomes a [`Driver`].

use std::collections::BTreeMap;
use std::future::Future;
use std::marker::PhantomData;

use driver::{BoxFuture, Created, Driver, Fault, FaultKind, Found, Live, Obstacle, Obstacles, Token, Want};
use model::catalog::{Identity, Kind, Life, Naming, Timing, id_attribute};
use model::schema::{Rule, Schema, Type};
use model::typed::{Mismatch, Typed};
use model::{Id, Known};

use crate::aws::{Aws, tags};

/// One resource type. The order in its file: inputs, outputs, this, helpers.
pub trait Resource: Send + Sync + Sized + 'static {
    /// Terraform's name of the type.
    const KIND: &'static str;
    /// AWS's service, as `ecs`.
    const SERVICE: &'static str;
    /// How a lost create is found again.
    const IDENTITY: Identity;
    /// Whether the create call carries the token's tag.
    const MARKED: bool = false;
    /// Which argument is the AWS name.
    const NAMING: Option<Naming> = None;
    /// How many objects one read call serves.
    const READ_BATCH: usize;
    /// How many objects one question about obstacles serves.
    const OBSTACLE_BATCH: usize = 1;
    /// How objects come to be and go.
    const LIFE: Life = Life::Owned;
    /// Usual and longest times.
    const TIMING: Timing = Timing::QUICK;
    /// What `import` takes.
    const IMPORT: &'static str;
    /// Rules over the arguments.
    const RULES: &'static [Rule] = &[];
    /// The arguments.
    type Inputs: Typed + Send + Sync;
    /// The outputs.
    type Outputs: Typed + Send + Sync;

    /// See [`Driver::read`].
    fn read(aws: &Aws, ids: &[Id], want: &Want) -> impl Future<Output = Result<Lives<Self>, Fault>> + Send;

    /// See [`Driver::create`].
    fn create(
        aws: &Aws,
        inputs: &Self::Inputs,
        token: &Token,
    ) -> impl Future<Output = Result<Made<Self>, Fault>> + Send;

    /// See [`Driver::update`].
    fn update(aws: &Aws, update: Update<'_, Self>) -> impl Future<Output = Result<(), Fault>> + Send;

    /// See [`Driver::delete`].
    fn delete(aws: &Aws, id: &Id, before: &Self::Inputs) -> impl Future<Output = Result<(), Fault>> + Send;

    /// See [`Driver::find`].
    fn find(aws: &Aws, inputs: &Self::Inputs, token: &Token) -> impl Future<Output = Result<Found, Fault>> + Send;

    /// See [`Driver::adopt`]; only for [`Life::Adopted`].
    fn adopt(_: &Aws, _: &Self::Inputs) -> impl Future<Output = Result<Option<Id>, Fault>> + Send {
        async { Ok(None) }
    }

    /// See [`Driver::locate`]; by default the import's text is the id.
    fn locate(_: &Aws, import: &str) -> impl Future<Output = Result<Id, Fault>> + Send {
        let id = Id(import.to_owned());
        async { Ok(id) }
    }

    /// See [`Kind::identify`]; by default Terraform's id is the id.
    fn identify(attributes: &Known) -> Option<Id> {
        id_attribute(attributes)
    }

    /// See [`Kind::stamp`]; only for kinds with outputs that AWS holds.
    fn stamp(_: &Known) -> Option<String> {
        None
    }

    /// See [`Driver::obstacles`].
    fn obstacles(_: &Aws, _: &Id, _: &Self::Inputs) -> impl Future<Output = Result<Vec<Obstacle>, Fault>> + Send {
        async { Ok(Vec::new()) }
    }

    /// See [`Driver::all_obstacles`]; for kinds that find out about several objects in one call.
    fn all_obstacles(
        aws: &Aws,
        objects: &[(Id, Self::Inputs)],
    ) -> impl Future<Output = Result<Obstacles, Fault>> + Send {
        async move {
            let mut all = Obstacles::new();
            for (id, before) in objects {
                all.insert(id.clone(), Self::obstacles(aws, id, before).await?);
            }
            Ok(all)
        }
    }

    /// See [`Driver::reveal`].
    fn reveal(_: &Aws, _: &Id, output: &str) -> impl Future<Output = Result<Known, Fault>> + Send {
        let fault = Fault::invalid(Self::KIND, format!("`{output}` is no secret that AWS tells"));
        async { Err(fault) }
    }
}

/// Objects by id, typed.
pub type Lives<R> = BTreeMap<Id, Live<<R as Resource>::Inputs, <R as Resource>::Outputs>>;

/// What a create made, typed.
pub type Made<R> = Created<Live<<R as Resource>::Inputs, <R as Resource>::Outputs>>;

/// A change in place.
#[derive(Debug)]
pub struct Update<'a, R: Resource> {
    /// Which object.
    pub id: &'a Id,
    /// The live arguments.
    pub before: &'a R::Inputs,
    /// The live arguments overlaid with what is desired.
    pub after: &'a R::Inputs,
}

/// A resource type behind the engine's interface.
pub struct Erased<R> {
    aws: Aws,
    resource: PhantomData<fn() -> R>,
}

impl<R: Resource> Erased<R> {
    /// The type's data.
    pub const KIND: Kind = Kind {
        name: R::KIND,
        service: R::SERVICE,
        inputs: schema_of::<R::Inputs>(),
        outputs: schema_of::<R::Outputs>(),
        rules: R::RULES,
        identity: R::IDENTITY,
        marked: R::MARKED,
        naming: R::NAMING,
        read_batch: R::READ_BATCH,
        life: R::LIFE,
        timing: R::TIMING,
        import: R::IMPORT,
        identify: R::identify,
        stamp: R::stamp,
    };

    const KIND_REFERENCE: &'static Kind = &Self::KIND;

    /// The type's driver on a connection.
    #[must_use]
    pub fn connect(aws: &Aws) -> Box<dyn Driver> {
        Box::new(Self { aws: aws.clone(), resource: PhantomData })
    }

    fn erase(&self, live: &Live<R::Inputs, R::Outputs>) -> Live {
        let mut inputs = live.inputs.write();
        let mut outputs = live.outputs.write();
        if let (Known::Map(inputs), Known::Map(outputs)) = (&mut inputs, &mut outputs)
            && let Some(Known::Map(all)) = inputs.get("tags")
        {
            let all: tags::Tags =
                all.iter().filter_map(|(key, value)| Some((key.clone(), value.as_text()?.to_owned()))).collect();
            let managed = tags::managed(&all, self.aws.ignore_tags()).write();
            outputs.insert("tags_all".to_owned(), managed.clone());
            inputs.insert("tags".to_owned(), managed);
        }
        Live { inputs, outputs, phase: live.phase.clone() }
    }
}

/// A text among the attributes that Terraform's state holds; an empty one is none.
pub(crate) fn attribute<'a>(attributes: &'a Known, name: &str) -> Option<&'a str> {
    attributes.get(name)?.as_text().filter(|text| !text.is_empty())
}

/// The schema of a derived struct, taken from its type.
pub(crate) const fn schema_of<T: Typed>() -> fn() -> &'static Schema {
    match T::TYPE {
        Type::Block(schema) => *schema,
        _ => panic!("arguments and outputs are structs"),
    }
}

fn typed<T: Typed>(kind: &str, tree: Known) -> Result<T, Fault> {
    T::read(tree).map_err(|wrong: Mismatch| Fault::new(FaultKind::Invalid, kind, wrong.to_string()))
}

impl<R: Resource> Driver for Erased<R> {
    fn kind(&self) -> &'static Kind {
        Self::KIND_REFERENCE
    }

    fn read<'a>(&'a self, ids: &'a [Id], want: &'a Want) -> BoxFuture<'a, Result<BTreeMap<Id, Live>, Fault>> {
        Box::pin(async move {
            let lives = R::read(&self.aws, ids, want).await?;
            Ok(lives.into_iter().map(|(id, live)| (id, self.erase(&live))).collect())
        })
    }

    fn create<'a>(&'a self, inputs: Known, token: &'a Token) -> BoxFuture<'a, Result<Created, Fault>> {
        Box::pin(async move {
            let made = R::create(&self.aws, &typed(R::KIND, inputs)?, token).await?;
            Ok(Created {
                live: made.live.as_ref().map(|live| self.erase(live)),
                id: made.id,
                unfinished: made.unfinished,
            })
        })
    }

    fn update<'a>(&'a self, id: &'a Id, before: Known, after: Known) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let (before, after) = (typed(R::KIND, before)?, typed(R::KIND, after)?);
            R::update(&self.aws, Update { id, before: &before, after: &after }).await
        })
    }

    fn delete<'a>(&'a self, id: &'a Id, before: Known) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move { R::delete(&self.aws, id, &typed(R::KIND, before)?).await })
    }

    fn find<'a>(&'a self, inputs: Known, token: &'a Token) -> BoxFuture<'a, Result<Found, Fault>> {
        Box::pin(async move { R::find(&self.aws, &typed(R::KIND, inputs)?, token).await })
    }

    fn adopt(&self, inputs: Known) -> BoxFuture<'_, Result<Option<Id>, Fault>> {
        Box::pin(async move { R::adopt(&self.aws, &typed(R::KIND, inputs)?).await })
    }

    fn locate<'a>(&'a self, import: &'a str) -> BoxFuture<'a, Result<Id, Fault>> {
        Box::pin(R::locate(&self.aws, import))
    }

    fn obstacles<'a>(&'a self, id: &'a Id, before: Known) -> BoxFuture<'a, Result<Vec<Obstacle>, Fault>> {
        Box::pin(async move { R::obstacles(&self.aws, id, &typed(R::KIND, before)?).await })
    }

    fn all_obstacles<'a>(&'a self, objects: &'a [(Id, Known)]) -> BoxFuture<'a, Result<Obstacles, Fault>> {
        Box::pin(async move {
            let typed = |(id, before): &(Id, Known)| Ok((id.clone(), typed(R::KIND, before.clone())?));
            let objects: Vec<(Id, R::Inputs)> = objects.iter().map(typed).collect::<Result<_, Fault>>()?;
            R::all_obstacles(&self.aws, &objects).await
        })
    }

    fn obstacle_batch(&self) -> usize {
        R::OBSTACLE_BATCH
    }

    fn reveal<'a>(&'a self, id: &'a Id, output: &'a str) -> BoxFuture<'a, Result<Known, Fault>> {
        Box::pin(R::reveal(&self.aws, id, output))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn objects_are_known_by_what_terraform_remembers_of_them() {
        let check = |kind: &str, attributes: &[(&str, &str)], expect: Option<&str>| {
            let attributes = Known::map(attributes.iter().map(|(name, value)| (*name, Known::text(*value))));
            let id = (catalog().kind(kind).expect(kind).identify)(&attributes);
            assert_eq!(id.as_ref().map(|id| id.0.as_str()), expect, "{kind} {attributes:?}");
        };
        let arn = "arn:aws:ecs:us-east-1:123456789012";
        let cluster = format!("{arn}:cluster/main");
        let revision = format!("{arn}:task-definition/web:3");
        check("aws_vpc", &[("id", "vpc-1"), ("arn", "arn:aws:ec2:…")], Some("vpc-1"));
        check("aws_vpc", &[("id", "")], None);
        check("aws_vpc", &[], None);
        check("aws_ecs_cluster", &[("id", &cluster), ("name", "main")], Some("main"));
        check("aws_ecs_cluster", &[("id", &cluster)], Some("main"));
        let service = format!("{arn}:service/web");
        check("aws_ecs_service", &[("id", &service), ("cluster", &cluster), ("name", "web")], Some("main/web"));
        check("aws_ecs_service", &[("id", &service), ("cluster", "main")], Some("main/web"));
        check("aws_ecs_service", &[("id", &service), ("cluster", "")], Some("default/web"));
        check("aws_ecs_task_definition", &[("id", "web"), ("arn", &revision)], Some(&revision));
        check("aws_ecs_task_definition", &[("id", "web")], None);
        let policy = "arn:aws:iam::aws:policy/ReadOnlyAccess";
        let given = [("id", "web-20240501"), ("role", "web"), ("policy_arn", policy)];
        check("aws_iam_role_policy_attachment", &given, Some(&format!("web/{policy}")));
        check("aws_iam_role_policy_attachment", &given[..2], None);
        check("aws_iam_role_policy", &[("id", "web:logs")], Some("web:logs"));
        check("aws_db_instance", &[("id", "db-ABC"), ("identifier", "Main")], Some("main"));
        check("aws_db_instance", &[("id", "Main")], Some("main"));
        let version = [("id", "mail|1"), ("arn", "arn:mail-x1"), ("version_id", "1"), ("secret_id", "mail")];
        check("aws_secretsmanager_secret_version", &version, Some("arn:mail-x1|1"));
        check("aws_secretsmanager_secret_version", &version[..2], Some("mail|1"));
        check("aws_s3_bucket_versioning", &[("id", "logs,123456789012")], Some("logs,123456789012"));
    }

    #[test]
    fn secrets_that_aws_holds_are_known_by_their_version() {
        let check = |attributes: &[(&str, &str)], expect: Option<&str>| {
            let attributes = Known::map(attributes.iter().map(|(name, value)| (*name, Known::text(*value))));
            let name = "aws_secretsmanager_secret_version";
            let stamps = [
                (catalog().kind(name).expect(name).stamp)(&attributes),
                (catalog().data_kind(name).expect(name).stamp)(&attributes),
            ];
            assert_eq!(stamps, [expect.map(str::to_owned), expect.map(str::to_owned)]);
        };
        check(&[("arn", "arn:mail"), ("version_id", "1")], Some("arn:mail#1"));
        check(&[("arn", "arn:mail"), ("version_id", "")], None);
        assert_eq!((catalog().kind("aws_vpc").expect("there").stamp)(&Known::Null), None);
    }
}
