//! What every kind is, as far as a verdict is concerned.
//!
//! In: a kind's name. Out: its part and what it means when it goes. It must not know arguments.

/// The part that objects of a kind play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It holds data, which goes with it.
    HoldsData,
    /// Something runs on it or is reached through it.
    Serves,
    /// It lets somebody do or reach something.
    GrantsAccess,
    /// It keeps something else from harm.
    Protects {
        /// The kind that it protects: without that, nothing is left unprotected.
        subject: &'static str,
    },
    /// It only says how other things are made.
    Describes,
}

/// One kind.
#[derive(Clone, Copy, Debug)]
pub struct KindPart {
    /// Its name.
    pub kind: &'static str,
    /// Its part.
    pub part: Part,
    /// What it means when it goes, as one sentence without a full stop.
    pub gone: &'static str,
}

/// Every kind of the catalog.
pub const KINDS: &[KindPart] = &[
    holds_data("aws_cloudwatch_log_group", "the log group goes with all events in it"),
    holds_data("aws_db_instance", "the database goes with its data"),
    describes("aws_db_parameter_group", "databases keep running with other settings or under another group"),
    describes("aws_db_subnet_group", "databases stay in the subnets that they are in"),
    grants("aws_default_security_group", "what its rules let through no longer gets through"),
    serves("aws_default_subnet", "nothing can run in the subnet any more"),
    serves("aws_default_vpc", "nothing can run in the network any more"),
    holds_data("aws_dynamodb_table", "the table goes with all items in it"),
    describes("aws_ecr_lifecycle_policy", "images no longer expire"),
    holds_data("aws_ecr_repository", "the repository goes with the images in it"),
    serves("aws_ecs_cluster", "nothing can run on the cluster any more"),
    serves("aws_ecs_service", "the service's tasks stop and are not started again"),
    describes("aws_ecs_task_definition", "tasks that run go on; no new ones start from the old revision"),
    grants("aws_iam_policy", "what only this policy allows is denied"),
    grants("aws_iam_role", "nobody can take on the role any more, and what runs under it is denied everything"),
    grants("aws_iam_role_policy", "what only this policy allows the role is denied"),
    grants("aws_iam_role_policy_attachment", "what only this policy allows the role is denied"),
    holds_data("aws_s3_bucket", "the bucket goes with its objects"),
    protects(
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket",
        "nothing keeps a policy or an ACL from making the bucket public any more",
    ),
    protects(
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket",
        "new objects are encrypted with S3's own keys instead",
    ),
    protects(
        "aws_s3_bucket_versioning",
        "aws_s3_bucket",
        "versioning is suspended, so what is overwritten or deleted from now on cannot be brought back",
    ),
    holds_data("aws_secretsmanager_secret", "the secret goes with its value"),
    holds_data("aws_secretsmanager_secret_version", "the value goes"),
    grants("aws_security_group", "what its rules let through no longer gets through"),
    serves("aws_subnet", "nothing can run in the subnet any more"),
    serves("aws_vpc", "nothing can run in the network any more"),
    grants("aws_vpc_security_group_egress_rule", "the traffic that it lets out is blocked"),
    grants("aws_vpc_security_group_ingress_rule", "the traffic that it lets in is blocked"),
];

/// What is known of a kind; of one that is not in the table, the worst.
#[must_use]
pub fn part_of(kind: &str) -> KindPart {
    let known = KINDS.iter().find(|it| it.kind == kind).copied();
    known.unwrap_or(holds_data("", "nothing is known of this type, so it may hold data"))
}

const fn holds_data(kind: &'static str, gone: &'static str) -> KindPart {
    KindPart { kind, part: Part::HoldsData, gone }
}

const fn serves(kind: &'static str, gone: &'static str) -> KindPart {
    KindPart { kind, part: Part::Serves, gone }
}

const fn grants(kind: &'static str, gone: &'static str) -> KindPart {
    KindPart { kind, part: Part::GrantsAccess, gone }
}

const fn protects(kind: &'static str, subject: &'static str, gone: &'static str) -> KindPart {
    KindPart { kind, part: Part::Protects { subject }, gone }
}

const fn describes(kind: &'static str, gone: &'static str) -> KindPart {
    KindPart { kind, part: Part::Describes, gone }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_once_and_in_order() {
        let names: Vec<&str> = KINDS.iter().map(|it| it.kind).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
    }

    #[test]
    fn an_unknown_kind_counts_as_data() {
        assert_eq!(part_of("aws_new_thing").part, Part::HoldsData);
    }
}
