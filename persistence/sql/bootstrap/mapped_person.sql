select person from {schema}.people_subjects where issuer = $1 and subject = $2
