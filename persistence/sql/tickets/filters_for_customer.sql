-- The search in a customer's own tickets: a number that may be meant, or all words, each in the subject or in a message; never in a note.
($patterns::text[] is null or t.ticket_number = any ($numbers) or not exists (
  select from unnest($patterns) p
  where t.search_text not like lower(p)
    and not exists (select from {schema}.support_messages m
                    where m.ticket_id = t.id and not m.is_internal and lower(m.body) like lower(p))))
