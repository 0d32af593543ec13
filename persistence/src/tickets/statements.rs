//! The statements of the lists. Each audience has one text, into which its filters and an order are
//! inserted once. So a new filter or column is a single edit for all lists, while each order still
//! has its own statement, planned for its own index.
//!
//! Parameters in the texts have names (`$status`). They are numbered here, and
//! [`Statement::parameters`] lists those that a statement needs.

use std::sync::LazyLock;

use super::Sort;

/// Selects the text of a list's statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// All customers' tickets.
    Staff,
    /// All customers' active tickets by last activity. They have their own index.
    ActiveForStaff,
    /// All tickets whose customer waits, along an index of only these tickets.
    WaitingForStaff,
    /// The reader's own tickets.
    Customer,
}

/// The statement of a list.
#[derive(Debug)]
pub(super) struct Statement {
    /// Has numbered parameters, and still the placeholders of [`crate::Names`].
    pub(super) sql: String,
    /// The parameters' names, in the order of their numbers.
    pub(super) parameters: Vec<String>,
    /// The first column of the order. A page's cursor contains its value.
    pub(super) at: &'static str,
}

/// The columns that a list is ordered by: a time, and an id for ties, both in the same direction.
struct Order {
    at: &'static str,
    id: &'static str,
    direction: &'static str,
    /// The operator that compares the next page's rows with the cursor.
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

/// A statement for every shape in each order that it supports.
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
    /// The statement for this shape and order. An unsupported order becomes the default one.
    pub(super) fn of(shape: Shape, sort: Sort) -> &'static Self {
        // Customers cannot list by waiting time.
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
        // A fragment begins with a comment, so it needs its own line.
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
            // Both columns of the heads' index. `last_activity_at` is what the reader may see.
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

/// Replaces the parameters' names with `$1`, `$2`, …, and returns the names in that order.
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
