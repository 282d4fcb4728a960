//! Many log groups in few calls, from an API that lists them by prefix only.
//!
//! In: names. Out: the groups that are there. It must not know what is wanted of them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatchlogs::types::LogGroup;
use driver::Fault;
use futures::future::try_join_all;
use model::Id;

use crate::aws::{Answer, Aws};
use crate::logs::log_group::name_of;

/// How many groups a page holds.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html>
const PAGE: usize = 50;

/// Names that are listed together.
type Names<'a> = BTreeSet<&'a str>;

/// The groups of these names. They are listed by what all of them begin with. Where too many
/// others begin so too, those that are left are listed by longer beginnings, in the end each by
/// itself.
pub async fn describe(aws: &Aws, ids: &[Id]) -> Result<Vec<LogGroup>, Fault> {
    let wanted = Names::from_iter(ids.iter().map(|id| id.0.as_str()));
    let mut found = Vec::new();
    let mut open = vec![wanted.clone()];
    while !open.is_empty() {
        let listed = try_join_all(open.into_iter().map(|names| list(aws, names))).await?;
        open = Vec::new();
        for (groups, left) in listed {
            found.extend(groups.into_iter().filter(|group| wanted.contains(name_of(group).as_str())));
            open.extend(left);
        }
    }
    Ok(found)
}

/// Lists by the common beginning of some names, and says what has to be listed yet: of several
/// names no more than twice the pages that they fill are looked at. Groups are listed in the order
/// of their names, so a page that ends behind a name has told whether that is there, and one name
/// by itself comes first in its listing.
async fn list<'a>(aws: &Aws, mut names: Names<'a>) -> Result<(Vec<LogGroup>, Vec<Names<'a>>), Fault> {
    let most = if names.len() > 1 { 2 * names.len().div_ceil(PAGE) } else { usize::MAX };
    let beginning = common_beginning(&names);
    let prefix = (!beginning.is_empty()).then(|| beginning.to_owned());
    let mut pages = aws.logs().describe_log_groups().set_log_group_name_prefix(prefix).into_paginator().send();
    let mut groups = Vec::new();
    for _ in 0..most {
        let Some(page) = pages.next().await else { return Ok((groups, Vec::new())) };
        let page = page.fault("logs:DescribeLogGroups")?;
        let is_last = page.next_token().is_none();
        groups.extend(page.log_groups.unwrap_or_default());
        let last = groups.last().map(name_of).unwrap_or_default();
        names.retain(|name| *name > last.as_str());
        if is_last || names.is_empty() {
            return Ok((groups, Vec::new()));
        }
    }
    Ok((groups, split(&names, beginning)))
}

/// Names by longer beginnings than the one that told too little.
fn split<'a>(names: &Names<'a>, beginning: &str) -> Vec<Names<'a>> {
    if common_beginning(names).len() > beginning.len() {
        return vec![names.clone()];
    }
    let mut parts: BTreeMap<Option<char>, Names<'a>> = BTreeMap::new();
    for name in names {
        let next = name.get(beginning.len()..).and_then(|rest| rest.chars().next());
        parts.entry(next).or_default().insert(name);
    }
    parts.into_values().collect()
}

/// What all names begin with. They are in order, so the first and the last have the least in common.
fn common_beginning<'a>(names: &Names<'a>) -> &'a str {
    let (Some(first), Some(last)) = (names.first(), names.last()) else { return "" };
    let same = first.char_indices().zip(last.chars()).take_while(|((_, one), other)| one == other);
    let length = same.last().map_or(0, |((at, it), _)| at + it.len_utf8());
    first.get(..length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_beginning_ends_between_characters() {
        let check = |names: &[&'static str], expect: &str| {
            assert_eq!(common_beginning(&names.iter().copied().collect()), expect);
        };
        check(&[], "");
        check(&["/app/a"], "/app/a");
        check(&["/app/a", "/app/b", "/app"], "/app");
        check(&["é1", "é2"], "é");
        check(&["a", "b"], "");
    }

    #[test]
    fn names_are_split_where_they_part() {
        let check = |names: &[&'static str], beginning: &str, expect: &[&[&'static str]]| {
            let expect: Vec<Names<'_>> = expect.iter().map(|part| part.iter().copied().collect()).collect();
            assert_eq!(split(&names.iter().copied().collect(), beginning), expect);
        };
        check(&["/app/a", "/app/b"], "/", &[&["/app/a", "/app/b"]]);
        check(&["/app/a", "/app/b"], "/app/", &[&["/app/a"], &["/app/b"]]);
        check(&["/app", "/app/a", "/app/b", "/appé"], "/app", &[&["/app"], &["/app/a", "/app/b"], &["/appé"]]);
        check(&[], "", &[]);
    }
}
