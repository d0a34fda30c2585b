"""A made-up library of up to millions of faces, loaded into PostgreSQL and measured."""
