//! Finds the names and addresses of the people whom tickets name.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use helpline_core::adopt::{Finding, NamedPerson, people_of, time_of};
use helpline_core::limits;
use serde_json::{Value, json};
use uuid::Uuid;

use super::copy::Batch;
use super::report::Difference;
use super::{Adoption, copy};
use crate::{StoreError, rows};

const PEOPLE: &str = include_str!("../../sql/adopt/people.sql");
const TO_REFRESH: &str = include_str!("../../sql/adopt/people_to_refresh.sql");
const REFRESH: &str = include_str!("../../sql/adopt/refresh_people.sql");
const ADOPTED_PEOPLE: &str = include_str!("../../sql/adopt/adopted_people.sql");
const BLOCK: &str = include_str!("../../sql/adopt/block_people.sql");

/// What the platform knows about people.
pub(super) struct Known {
    pub users: Option<BTreeMap<Uuid, Value>>,
    pub profiles: BTreeMap<Uuid, Value>,
}

impl Known {
    /// The ids of the users who exist, unless the platform's users cannot be read.
    pub fn ids(&self) -> Option<BTreeSet<Uuid>> {
        self.users
            .as_ref()
            .map(|users| users.keys().copied().collect())
    }

    fn user(&self, id: Uuid) -> Option<&Value> {
        self.users.as_ref()?.get(&id)
    }
}

fn word(value: Option<&Value>, names: &[&str], chars_max: usize) -> Option<String> {
    let text = names.iter().find_map(|name| {
        let text = value?.get(name)?.as_str()?.trim();
        (!text.is_empty()).then_some(text)
    })?;
    Some(
        text.chars()
            .filter(|c| !c.is_control())
            .take(chars_max)
            .collect(),
    )
}

impl Adoption<'_> {
    /// Everyone whom these tickets name, each once.
    pub(super) fn people(&mut self, batch: &Batch) -> Result<Vec<NamedPerson>, StoreError> {
        let known = &batch.known;
        let mut people: BTreeMap<Uuid, NamedPerson> = BTreeMap::new();
        for (ticket, _) in &batch.tickets {
            for id in people_of(ticket) {
                people.entry(id).or_insert_with(|| self.person(id, known));
            }
            for named in &ticket.named {
                let person = people
                    .entry(named.id)
                    .or_insert_with(|| self.person(named.id, known));
                if person.email.is_none() {
                    person.email.clone_from(&named.email);
                }
                if person.display_name.is_none() || person.display_name.as_deref() == Some(FORMER) {
                    person.display_name = named.display_name.clone().or(person.display_name.take());
                }
                person.is_blocked |= named.is_blocked;
            }
        }
        for id in people.keys() {
            self.note(*id, known)?;
        }
        Ok(people.into_values().collect())
    }

    /// The people whom adopted tickets have brought, or only those of them who are not blocked. Part of
    /// a transaction.
    pub(super) async fn people_of_adoption(
        &self,
        only_open: bool,
    ) -> Result<BTreeSet<Uuid>, StoreError> {
        self.as_owner().await?;
        let sql = self.names.render(ADOPTED_PEOPLE);
        let found = self.client.query(&sql, &[&self.source.name()]).await?;
        self.as_self().await?;
        let mut people = BTreeSet::new();
        for row in &found {
            if !only_open || !rows::get::<bool>(row, 1)? {
                people.insert(rows::get(row, 0)?);
            }
        }
        Ok(people)
    }

    /// Blocks adopted people who no longer exist on the platform, or are banned there for ever.
    async fn block_people(&self) -> Result<(), StoreError> {
        if !self.source.has_users {
            return Ok(());
        }
        let open: Vec<Uuid> = self.people_of_adoption(true).await?.into_iter().collect();
        let most = usize::try_from(limits::ADOPTION_PEOPLE_MAX).unwrap_or(usize::MAX);
        for ids in open.chunks(most) {
            let known = Known {
                users: self.source.users(ids).await?,
                profiles: BTreeMap::new(),
            };
            let is_blocked = |id: &&Uuid| self.person(**id, &known).is_blocked;
            let blocked: Vec<Uuid> = ids.iter().filter(is_blocked).copied().collect();
            if !blocked.is_empty() {
                self.as_owner().await?;
                let sql = self.names.render(BLOCK);
                self.client.execute(&sql, &[&blocked]).await?;
                self.as_self().await?;
            }
        }
        Ok(())
    }

    /// Takes over who no longer exists on the platform; and names and addresses that have changed there,
    /// of people who have them from there. Part of a transaction.
    pub(super) async fn refresh_people(&mut self) -> Result<(), StoreError> {
        self.block_people().await?;
        let mut after: Option<Uuid> = None;
        loop {
            self.as_owner().await?;
            let sql = self.names.render(TO_REFRESH);
            let most = limits::ADOPTION_PEOPLE_MAX;
            let found = self.client.query(&sql, &[&after, &most]).await?;
            self.as_self().await?;
            let ids: Vec<Uuid> = found
                .iter()
                .map(|row| rows::get(row, 0))
                .collect::<Result<_, _>>()?;
            let Some(last) = ids.last() else {
                return Ok(());
            };
            let known = Known {
                users: self.source.users(&ids).await?,
                profiles: self.source.profiles(&ids).await?,
            };
            let is_known = |id: &Uuid| known.user(*id).is_some() || known.profiles.contains_key(id);
            let people: Vec<Value> = ids
                .iter()
                .filter(|id| is_known(id))
                .map(|id| {
                    let person = self.person(*id, &known);
                    let name = person.display_name.filter(|name| name != FORMER);
                    json!({"id": id, "email": person.email, "display_name": name})
                })
                .collect();
            let people = copy::json(&people)?;
            self.as_owner().await?;
            let sql = self.names.render(REFRESH);
            self.client.execute(&sql, &[&people]).await?;
            self.as_self().await?;
            after = Some(*last);
        }
    }

    /// Compares the names and addresses of these people, each once. Those that people have from
    /// elsewhere are only listed.
    pub(super) async fn compare_people(
        &mut self,
        people: &[NamedPerson],
    ) -> Result<(), StoreError> {
        let new = people.iter().filter(|p| !self.compared.contains(&p.id));
        let people: BTreeMap<Uuid, &NamedPerson> = new.map(|p| (p.id, p)).collect();
        let ids: Vec<Uuid> = people.keys().copied().collect();
        self.compared.extend(&ids);
        self.as_owner().await?;
        let sql = self.names.render(PEOPLE);
        let found = self.client.query(&sql, &[&ids]).await?;
        self.as_self().await?;
        let (mut findings, mut differences) = (Vec::new(), Vec::new());
        for row in &found {
            let id: Uuid = rows::get(row, 0)?;
            let there = people[&id];
            if rows::get(row, 5)? {
                findings.push(Finding::new(
                    ("person_erased", "name"),
                    "",
                    id,
                    "",
                    "stays erased",
                ));
                continue;
            }
            let mut differ = |check, was: &str, here: Option<&str>| {
                differences.push(Difference {
                    check,
                    ticket: String::new(),
                    row: id.to_string(),
                    source: was.to_owned(),
                    adopted: here.unwrap_or("null").to_owned(),
                });
            };
            if !rows::get::<bool>(row, 1)? {
                differ("person_missing", &id.to_string(), None);
                continue;
            }
            let is_blocked: bool = rows::get(row, 6)?;
            if there.is_blocked && !is_blocked && self.adopted_people.contains(&id) {
                differ("person_blocked", "blocked", Some("not blocked"));
            }
            let has_own: bool = rows::get(row, 4)?;
            let name = there.display_name.as_ref().filter(|name| {
                // A name that only a ticket or this program gives does not replace another.
                there.is_known
                    || rows::get::<Option<String>>(row, 3).is_ok_and(|own| own.is_none())
                        && !name.is_empty()
            });
            for (check, was, index) in [
                ("person_name", name, 3),
                (
                    "person_email",
                    there.email.as_ref().filter(|_| there.is_known),
                    2,
                ),
            ] {
                let here: Option<String> = rows::get(row, index)?;
                let is_same = match (was, &here) {
                    (None, _) => true,
                    (Some(was), Some(here)) => was.trim().eq_ignore_ascii_case(here.trim()),
                    (Some(_), None) => false,
                };
                let was = was.map(String::as_str).unwrap_or_default();
                if !is_same && has_own {
                    let rule = ("person_has_own", if index == 3 { "name" } else { "email" });
                    let here = here.unwrap_or_default();
                    findings.push(Finding::new(rule, "", id, was, &here));
                } else if !is_same {
                    differ(check, was, here.as_deref());
                }
            }
        }
        self.report.find(findings)?;
        self.report.differ(differences)
    }

    fn person(&self, id: Uuid, known: &Known) -> NamedPerson {
        let (user, profile) = (known.user(id), known.profiles.get(&id));
        let meta = user.and_then(|user| user.get("raw_user_meta_data"));
        let in_parts = || {
            let parts = [
                word(profile, &["first_name"], 100),
                word(profile, &["last_name"], 99),
            ];
            let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
            (!name.is_empty()).then_some(name)
        };
        let names = ["full_name", "name", "display_name"];
        let is_gone = known.users.is_some() && user.is_none();
        let is_deleted = user.is_some_and(|user| !user["deleted_at"].is_null());
        NamedPerson {
            id,
            email: word(user, &["email"], 320).or_else(|| word(profile, &["email"], 320)),
            display_name: in_parts()
                .or_else(|| word(profile, &names, 200))
                .or_else(|| word(meta, &names, 200))
                .or_else(|| is_gone.then(|| FORMER.to_owned())),
            is_blocked: is_gone || is_deleted || self.ban(user) == Some(Ban::Permanent),
            is_known: user.is_some() || profile.is_some(),
        }
    }

    /// Whether the platform lets the person not sign in, and until when.
    fn ban(&self, user: Option<&Value>) -> Option<Ban> {
        let until = user?["banned_until"].as_str()?;
        if until == "infinity" {
            return Some(Ban::Permanent);
        }
        let is_ancient = until.starts_with('-') || until.ends_with("BC");
        let Some(end) = time_of(until) else {
            // A time that this program cannot write.
            return (!is_ancient).then_some(Ban::Permanent);
        };
        if end <= self.now {
            return None;
        }
        let long = TimeDelta::days(limits::ADOPTION_BAN_PERMANENT_DAYS);
        Some(if end - self.now > long {
            Ban::Permanent
        } else {
            Ban::Until(until.to_owned())
        })
    }

    /// Lists what an administrator should know about a person, once. Tokens bring the address of the
    /// sign-in service; the profile's may be another. A ban that ends is the sign-in service's business.
    fn note(&mut self, id: Uuid, known: &Known) -> Result<(), StoreError> {
        let (user, profile) = (known.user(id), known.profiles.get(&id));
        let mut found = Vec::new();
        if let Some(Ban::Until(end)) = self.ban(user) {
            found.push(Finding::new(
                ("person_banned", ""),
                "",
                id,
                &end,
                "not blocked",
            ));
        }
        let own = word(user, &["email"], 320);
        let other = word(profile, &["email"], 320);
        if let (Some(own), Some(other)) = (own, other)
            && !own.eq_ignore_ascii_case(&other)
        {
            let rule = ("person_email_differs", "");
            found.push(Finding::new(rule, "", id, &other, &own));
        }
        if !found.is_empty() && self.seen_people.insert(id) {
            self.people_of_portion.push(id);
            self.report.find(found)?;
        }
        Ok(())
    }
}

/// How long the platform does not let a person sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ban {
    Permanent,
    Until(String),
}

/// The name of a person whom only an id is left of.
const FORMER: &str = "Former user";
