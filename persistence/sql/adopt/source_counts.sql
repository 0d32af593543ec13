-- How many rows the source has.
select (select count(*) from {tickets} t), (select count(*) from {messages} m), (select count(*) from {activity} a)
