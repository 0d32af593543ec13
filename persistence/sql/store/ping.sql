-- The least that shows that the record answers.
select 1
