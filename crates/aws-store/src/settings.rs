//! Which bucket, table and key, as `[state]` and the stack's name decide.

/// Where one stack's state in one environment is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The bucket of the snapshots.
    pub bucket: String,
    /// The table of lock and journal.
    pub table: String,
    /// The snapshot's key, from [`Settings::key_of`]. No other snapshot lies in the same folder,
    /// for that is where the journal's large records go.
    pub key: String,
    /// The region of bucket and table, where it is not the connection's.
    pub region: Option<String>,
    /// The account that bucket and table belong to. Every request to S3 carries it, so that a
    /// bucket which somebody else made under that name is neither read nor written.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html>
    pub account: String,
}

impl Settings {
    /// What every key begins with.
    pub(crate) const FOLDER: &'static str = "stackctl/";

    /// The key of a stack's snapshot in an environment.
    #[must_use]
    pub fn key_of(stack: &str, environment: Option<&str>) -> String {
        let folder = Self::FOLDER;
        match environment {
            None => format!("{folder}{stack}/state.json"),
            Some(environment) => format!("{folder}{stack}/environments/{environment}/state.json"),
        }
    }

    /// Where the snapshot lies, for people.
    pub(crate) fn place(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    /// The partition of the table that holds lock and journal: bucket and key, so that one table
    /// serves any number of buckets.
    pub(crate) fn partition(&self) -> String {
        format!("{}/{}", self.bucket, self.key)
    }

    /// The folder of the journal's large records, beside the snapshot.
    pub(crate) fn journal(&self) -> String {
        let folder = self.key.rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/journal/").trim_start_matches('/').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_stacks_and_environments_do_not_meet() {
        let settings = |key: String| Settings {
            bucket: "acme".to_owned(),
            table: "locks".to_owned(),
            key,
            region: None,
            account: "123456789012".to_owned(),
        };
        let plain = settings(Settings::key_of("shop", None));
        assert_eq!(plain.place(), "s3://acme/stackctl/shop/state.json");
        assert_eq!(plain.partition(), "acme/stackctl/shop/state.json");
        assert_eq!(plain.journal(), "stackctl/shop/journal/");
        let prod = settings(Settings::key_of("shop", Some("prod")));
        assert_eq!(prod.key, "stackctl/shop/environments/prod/state.json");
        assert_eq!(prod.journal(), "stackctl/shop/environments/prod/journal/");
    }
}
