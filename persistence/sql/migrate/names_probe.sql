-- Runs the platform's query of names for some of the people whom Helpline knows.
select count(*) from {schema}.platform_names(array(select p.id from {schema}.people p order by p.id limit 500))
