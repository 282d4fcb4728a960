//! The AWS resource types: one folder per service, one file per type.
//!
//! In: typed arguments. Out: what AWS says. It must not know manifests, plans or state.

pub mod aws;
pub mod checks;
pub mod data;
pub mod resource;

mod dynamodb;
mod ec2;
mod ecr;
mod ecs;
mod iam;
mod logs;
mod rds;
mod s3;
mod secretsmanager;
mod sts;

use driver::{DataDriver, Driver, Drivers};
use model::catalog::{Catalog, DataKind, Kind};

use crate::aws::Aws;
use crate::data::ErasedData;
use crate::resource::Erased;

/// Everything that can be known about all kinds without AWS.
#[must_use]
pub fn catalog() -> Catalog {
    Catalog { kinds: KINDS, data: DATA, checks: checks::CHECKS }
}

/// The drivers of every kind on one connection.
#[must_use]
pub fn drivers(aws: &Aws) -> Drivers {
    Drivers {
        resources: RESOURCES.iter().map(|connect| connect(aws)).map(|it| (it.kind().name, it)).collect(),
        data: LOOKUPS.iter().map(|connect| connect(aws)).map(|it| (it.kind().name, it)).collect(),
    }
}

type Connect = fn(&Aws) -> Box<dyn Driver>;
type ConnectData = fn(&Aws) -> Box<dyn DataDriver>;

/// Lists the kinds once, for the catalog and for the drivers.
macro_rules! registry {
    (resources: [$($resource:path),* $(,)?], data: [$($data:path),* $(,)?]) => {
        const KINDS: &[&Kind] = &[$(&Erased::<$resource>::KIND),*];
        const RESOURCES: &[Connect] = &[$(Erased::<$resource>::connect),*];
        const DATA: &[&DataKind] = &[$(&ErasedData::<$data>::KIND),*];
        const LOOKUPS: &[ConnectData] = &[$(ErasedData::<$data>::connect),*];
    };
}

// In the order of the reference.
registry! {
    resources: [
        ec2::vpc::Vpc,
        ec2::subnet::Subnet,
        ec2::security_group::SecurityGroup,
        ec2::vpc_security_group_rule::IngressRule,
        ec2::vpc_security_group_rule::EgressRule,
        ec2::default_vpc::DefaultVpc,
        ec2::default_subnet::DefaultSubnet,
        ec2::default_security_group::DefaultSecurityGroup,
        dynamodb::table::Table,
        ecr::lifecycle_policy::LifecyclePolicy,
        ecr::repository::Repository,
        ecs::cluster::Cluster,
        ecs::service::Service,
        ecs::task_definition::TaskDefinition,
        iam::policy::Policy,
        iam::role::Role,
        iam::role_policy::RolePolicy,
        iam::role_policy_attachment::RolePolicyAttachment,
        logs::log_group::LogGroup,
        rds::instance::Instance,
        rds::parameter_group::ParameterGroup,
        rds::subnet_group::SubnetGroup,
        s3::bucket::Bucket,
        s3::bucket_encryption::BucketEncryption,
        s3::bucket_public_access_block::BucketPublicAccessBlock,
        s3::bucket_versioning::BucketVersioning,
        secretsmanager::secret::Secret,
        secretsmanager::secret_version::SecretVersion,
    ],
    data: [
        ec2::data::availability_zones::AvailabilityZones,
        ec2::data::vpc::Vpc,
        ec2::data::subnet::Subnet,
        ec2::data::subnets::Subnets,
        ec2::data::security_group::SecurityGroup,
        sts::caller_identity::CallerIdentity,
        sts::region::Region,
        iam::data_policy::DataPolicy,
        secretsmanager::data_secret::DataSecret,
        secretsmanager::data_secret_version::DataSecretVersion,
    ]
}
