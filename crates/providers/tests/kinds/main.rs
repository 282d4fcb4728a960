//! Every kind driven by hand against the local emulator: what the conformance suite, which knows
//! only schemas, cannot ask for.

mod drive;
mod dynamodb;
mod ec2;
mod ecr;
mod ecs;
mod iam;
mod logs;
mod rds;
mod s3;
mod secretsmanager;
mod support;
