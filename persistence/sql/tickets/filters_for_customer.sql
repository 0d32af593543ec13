-- The search in a customer's own tickets: a number that may be meant, or all words.
($patterns::text[] is null or t.ticket_number = any ($numbers) or t.search_text like all (select lower(p) from unnest($patterns) p))
