//! Kinds with the times of real ones.
//!
//! In: nothing. Out: a catalog whose kinds wait for each other by an argument `after`, and differ
//! in nothing but their service, their times and how many one read serves.

use cloudsim::kinds::plain;
use model::catalog::{Catalog, Kind, Timing};

const QUICK: Timing = Timing::QUICK;

/// Expected times of create, update and delete; nothing gives up before a day is over.
const fn times(create: u64, update: u64, delete: u64) -> Timing {
    Timing::seconds(create, update, delete, 24 * 60 * 60)
}

// What stackctl manages, with the times, services and batches of its own kinds.
static DEFAULT_VPC: Kind = plain("aws_default_vpc", "ec2", times(3, 2, 2), 100);
static DEFAULT_SUBNET: Kind = plain("aws_default_subnet", "ec2", times(2, 2, 2), 100);
static DEFAULT_SECURITY_GROUP: Kind = plain("aws_default_security_group", "ec2", QUICK, 100);
static VPC: Kind = plain("aws_vpc", "ec2", times(3, 2, 2), 100);
static SUBNET: Kind = plain("aws_subnet", "ec2", times(2, 2, 2), 100);
static SECURITY_GROUP: Kind = plain("aws_security_group", "ec2", times(2, 2, 2), 100);
static SECRET: Kind = plain("aws_secretsmanager_secret", "secretsmanager", QUICK, 20);
static SECRET_VERSION: Kind = plain("aws_secretsmanager_secret_version", "secretsmanager", QUICK, 20);
static DB_INSTANCE: Kind = plain("aws_db_instance", "rds", times(600, 300, 300), 50);
static REPOSITORY: Kind = plain("aws_ecr_repository", "ecr", QUICK, 100);
static CLUSTER: Kind = plain("aws_ecs_cluster", "ecs", times(2, 2, 3), 100);
static LOG_GROUP: Kind = plain("aws_cloudwatch_log_group", "logs", QUICK, 100);
static ROLE: Kind = plain("aws_iam_role", "iam", QUICK, 20);
static POLICY: Kind = plain("aws_iam_policy", "iam", QUICK, 20);
static ATTACHMENT: Kind = plain("aws_iam_role_policy_attachment", "iam", QUICK, 100);
static TASK_DEFINITION: Kind = plain("aws_ecs_task_definition", "ecs", QUICK, 1);
static SERVICE: Kind = plain("aws_ecs_service", "ecs", times(5, 5, 90), 10);
static TABLE: Kind = plain("aws_dynamodb_table", "dynamodb", times(15, 30, 10), 20);
// What others manage, with times as people see them.
static NAT_GATEWAY: Kind = plain("aws_nat_gateway", "ec2", times(110, 2, 60), 100);
static LOAD_BALANCER: Kind = plain("aws_lb", "elasticloadbalancing", times(150, 5, 20), 20);
static DISTRIBUTION: Kind = plain("aws_cloudfront_distribution", "cloudfront", times(240, 240, 180), 1);

/// The kinds to draw from.
pub const DRAWN: &[&Kind] = &[
    &VPC,
    &SUBNET,
    &SECURITY_GROUP,
    &SECRET,
    &SECRET_VERSION,
    &DB_INSTANCE,
    &REPOSITORY,
    &CLUSTER,
    &LOG_GROUP,
    &ROLE,
    &POLICY,
    &ATTACHMENT,
    &TASK_DEFINITION,
    &SERVICE,
    &TABLE,
    &NAT_GATEWAY,
    &LOAD_BALANCER,
    &DISTRIBUTION,
];

/// Every kind.
pub static CATALOG: Catalog = Catalog {
    kinds: &[
        &DEFAULT_VPC,
        &DEFAULT_SUBNET,
        &DEFAULT_SECURITY_GROUP,
        &VPC,
        &SUBNET,
        &SECURITY_GROUP,
        &SECRET,
        &SECRET_VERSION,
        &DB_INSTANCE,
        &REPOSITORY,
        &CLUSTER,
        &LOG_GROUP,
        &ROLE,
        &POLICY,
        &ATTACHMENT,
        &TASK_DEFINITION,
        &SERVICE,
        &TABLE,
        &NAT_GATEWAY,
        &LOAD_BALANCER,
        &DISTRIBUTION,
    ],
    data: &[],
    checks: &[],
};
