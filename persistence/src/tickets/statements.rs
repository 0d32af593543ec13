//! Builds the SQL statements of ticket lists. Each kind of list has one SQL text, into which the
//! filters and the order are inserted. A new filter or column therefore needs only one edit,
//! although each order has a separate statement (so that its query plan can use the index of that
//! order).
//!
//! Parameters in the SQL texts have names, such as `$status`. This module replaces them by numbers,
//! and [`Statement::parameters`] lists the names that a statement uses.

use std::sync::LazyLock;

use super::Sort;

/// The kind of a ticket list, which determines its SQL text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// The tickets of all customers.
    Staff,
    /// The active tickets of all customers by last activity, read from an index of active tickets.
    ActiveForStaff,
    /// The tickets of all customers who are waiting for an answer, read from an index of waiting
    /// tickets.
    WaitingForStaff,
    /// The tickets that the reader has opened.
    Customer,
}

/// The SQL statement of a ticket list in one order.
#[derive(Debug)]
pub(super) struct Statement {
    /// The SQL text with numbered parameters. The placeholders of [`crate::Names`] are not yet
    /// replaced.
    pub(super) sql: String,
    /// The parameters' names, in the order of their numbers.
    pub(super) parameters: Vec<String>,
    /// The first column by which the list is ordered. A page's cursor contains this column's value.
    pub(super) at: &'static str,
}

/// The columns by which a ticket list is ordered: a time, and an id for equal times. Both columns
/// are sorted in the same direction.
struct Order {
    at: &'static str,
    id: &'static str,
    direction: &'static str,
    /// The operator (`<` or `>`) that selects the rows after the cursor.
    beyond: &'static str,
}

const FOR_STAFF: &str = include_str!("../../sql/tickets/list_for_staff.sql");
const ACTIVE_FOR_STAFF: &str = include_str!("../../sql/tickets/list_active_for_staff.sql");
const WAITING_FOR_STAFF: &str = include_str!("../../sql/tickets/list_waiting_for_staff.sql");
const FOR_CUSTOMER: &str = include_str!("../../sql/tickets/list_for_customer.sql");
const FILTERS: &str = include_str!("../../sql/tickets/filters.sql");
const STAFF_FILTERS: &str = include_str!("../../sql/tickets/filters_for_staff.sql");
const CUSTOMER_FILTERS: &str = include_str!("../../sql/tickets/filters_for_customer.sql");

const SHAPES: [Shape; 4] = [
    Shape::Staff,
    Shape::ActiveForStaff,
    Shape::WaitingForStaff,
    Shape::Customer,
];
const SORTS: [Sort; 4] = [
    Sort::LastActivity,
    Sort::Created,
    Sort::Oldest,
    Sort::Waiting,
];

/// The statements of every kind of list, in each order that the kind supports.
static STATEMENTS: LazyLock<Vec<(Shape, Sort, Statement)>> = LazyLock::new(|| {
    SHAPES
        .iter()
        .flat_map(|&shape| SORTS.iter().map(move |&sort| (shape, sort)))
        .filter(|&(shape, sort)| shape.has(sort))
        .map(|(shape, sort)| (shape, sort, Statement::new(shape, &Order::of(shape, sort))))
        .collect()
});

impl Shape {
    fn has(self, sort: Sort) -> bool {
        match self {
            Self::Staff | Self::Customer => sort != Sort::Waiting,
            Self::ActiveForStaff => sort == Sort::LastActivity,
            Self::WaitingForStaff => sort == Sort::Waiting,
        }
    }
}

impl Statement {
    /// Returns the statement for this kind of list and this order. An order that the kind does not
    /// support is replaced by the default order.
    pub(super) fn of(shape: Shape, sort: Sort) -> &'static Self {
        // For example, customers cannot sort by waiting time.
        let sort = if shape.has(sort) {
            sort
        } else {
            Sort::default()
        };
        STATEMENTS
            .iter()
            .find(|(of, by, _)| (*of, *by) == (shape, sort))
            .map(|(_, _, statement)| statement)
            .expect("every shape has the orders that it has, and the default one unless it is made for another")
    }

    fn new(shape: Shape, order: &Order) -> Self {
        let (text, own_filters) = match shape {
            Shape::Staff => (FOR_STAFF, STAFF_FILTERS),
            Shape::ActiveForStaff => (ACTIVE_FOR_STAFF, STAFF_FILTERS),
            Shape::WaitingForStaff => (WAITING_FOR_STAFF, STAFF_FILTERS),
            Shape::Customer => (FOR_CUSTOMER, CUSTOMER_FILTERS),
        };
        // Each inserted file of filters starts with a `--` comment, so it must begin on a new line.
        let text = text
            .replace("{filters}", &format!("\n{FILTERS}and\n{own_filters}"))
            .replace("{at}", order.at)
            .replace("{id}", order.id)
            .replace("{direction}", order.direction)
            .replace("{beyond}", order.beyond);
        let (sql, parameters) = numbered(&text);
        Self {
            sql,
            parameters,
            at: order.at,
        }
    }
}

impl Order {
    const fn of(shape: Shape, sort: Sort) -> Self {
        let (at, id) = match (sort, shape) {
            // The view's columns `sort_at` and `sort_id` are both in the index on
            // `support_ticket_heads`. They are the time of the last activity that the reader may
            // see, and the ticket's id.
            (Sort::LastActivity, Shape::Staff | Shape::ActiveForStaff | Shape::WaitingForStaff) => {
                ("sort_at", "sort_id")
            }
            (Sort::LastActivity, Shape::Customer) => ("last_activity_at", "id"),
            (Sort::Created | Sort::Oldest, _) => ("created_at", "id"),
            (Sort::Waiting, _) => ("waiting_since", "id"),
        };
        let (direction, beyond) = match sort {
            Sort::LastActivity | Sort::Created => ("desc", "<"),
            Sort::Oldest | Sort::Waiting => ("asc", ">"),
        };
        Self {
            at,
            id,
            direction,
            beyond,
        }
    }
}

/// Replaces the names of the parameters with `$1`, `$2`, …. Returns the text, and the names in the
/// order of their numbers.
fn numbered(text: &str) -> (String, Vec<String>) {
    let mut parameters: Vec<String> = Vec::new();
    let mut pieces = text.split('$');
    let mut sql = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece
            .find(|c: char| !c.is_ascii_lowercase() && c != '_')
            .unwrap_or(piece.len());
        let (name, rest) = piece.split_at(end);
        let number = parameters
            .iter()
            .position(|known| known == name)
            .unwrap_or_else(|| {
                parameters.push(name.to_owned());
                parameters.len() - 1
            });
        sql.push_str(&format!("${}{rest}", number + 1));
    }
    (sql, parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_has_one_number_wherever_it_stands() {
        let (sql, parameters) =
            numbered("where $at::timestamptz is null or t.at < $at limit $limit");
        assert_eq!(sql, "where $1::timestamptz is null or t.at < $1 limit $2");
        assert_eq!(parameters, ["at", "limit"]);
    }

    #[test]
    fn every_order_has_a_statement_with_every_filter() {
        assert_eq!(STATEMENTS.len(), 8);
        for (shape, sort, statement) in STATEMENTS.iter() {
            let name = format!("{shape:?} {sort:?}:\n{}", statement.sql);
            for shared in ["status", "category", "priority", "archived", "words"] {
                assert!(
                    statement.parameters.iter().any(|name| name == shared),
                    "{shared} in {name}"
                );
            }
            let left = statement.sql.replace("{schema}", "");
            assert!(!left.contains(['{', '}']), "{name}");
        }
    }
}
