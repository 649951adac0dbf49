"""A campaign: what it consists of, what of it is there, and how it comes and goes.

templates        config/campaign_channels.yaml as values
template_rules   what it may say
likeness         a campaign as the template of another
plan             what a campaign is to consist of
preflight        what would stop a plan half-way
create           making what is missing, exactly once
finish           first messages and the note, once all is there
campaign_state   what of a plan is there, and whose it is
duplicates       what is there twice
note             the bot's own message, by which it knows what it made
campaigns        which categories look like campaigns
rights           who may do what
roles            which roles the bot may touch
overwrites       what each channel allows and denies to whom
visibility       who sees what, by Discord's algorithm
removal          deleting the parts
leftovers        what is left when somebody deletes a category
invitation       the message that invites players, and who joined by it
"""
