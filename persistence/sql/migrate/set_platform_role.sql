-- Records the platform's role that may use the schema `{api}`.
insert into {schema}.helpline_options (name, value) values ('platform_api', $1)
on conflict on constraint helpline_options_pkey do update set value = excluded.value
