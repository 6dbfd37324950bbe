"""The points about the real Xero that nobody has confirmed, each a switch with a guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Switches:
    """One named guess per unconfirmed point, each with the behaviour believed likeliest as its default.

    A `text_*` field is a refusal whose wording is unknown; braces mark the values filled in. The table in
    README.md says what each switch stands for. A live session against a demo company can settle them.
    """

    # Reading
    not_modified_304: bool = False
    """If-Modified-Since with nothing newer answers 304 instead of 200 with an empty list."""
    modified_since_inclusive: bool = False
    """A record changed in exactly the named second is returned (>=) instead of left out (>)."""
    page_past_end_refused: bool = False
    """A page after the last one answers 400 instead of an empty list."""
    gzip: bool = True
    """Answers are compressed for callers that send Accept-Encoding: gzip."""
    url_limit_bytes: int = 8192
    """Path and query longer than this answer 414; 0 means no limit."""
    url_limit_status: int = 414
    """What a longer one answers: 414 or 400."""
    high_volume_records: int = 100_000
    """More records than this in one answer, or looked through without an optimised filter, are refused; 500,000 is
    reported for Invoices too; 0 means no guard."""
    query_parse_error_number: int = 16
    """ErrorNumber for a `where` or `order` that cannot be read."""
    no_data_error_number: int = 17
    """ErrorNumber for a write without elements."""

    # Writing
    siblings_saved_on_summarised_400: bool = True
    """The valid elements of a summarised batch are saved, as reported, although another one was refused."""
    data_invalid_has_elements: bool = False
    """The answer to a malformed value carries an empty Elements list."""
    voided_number_blocks: bool = True
    """The number of a voided or deleted invoice cannot be used again."""
    approval_needs_due_date: bool = True
    """Approving without DueDate is refused, as vendors report, instead of falling back to the payment terms."""
    zero_total_is_paid: bool = True
    """An invoice of 0.00 is PAID as soon as it is approved: payments of it are refused as if it were."""
    discounted_zero_refused: bool = True
    """A LineAmount of 0 sent with the DiscountRate that makes it 0 is refused, as long reported, instead of taken."""
    negative_quantity_refused: bool = True
    """A line of less than 0 pieces is refused, as vendors report, instead of taken."""
    item_fills_account: bool = True
    """A line with ItemCode and no AccountCode takes the item's sales account."""
    item_fills_tax_type: bool = True
    """A line with ItemCode and no TaxType takes the item's tax type."""
    item_fills_description: bool = True
    """A line with ItemCode and no Description takes the item's description."""
    both_discounts: Literal["rate", "refused"] = "rate"
    """DiscountRate and DiscountAmount on one line: the rate wins, or the line is refused."""
    rounding: Literal["half_up", "half_even"] = "half_up"
    """How the third decimal is rounded; half_up means away from zero."""
    quantity_bumps_item: bool = False
    """A change of QuantityOnHand by a sale also moves the item's UpdatedDateUTC."""
    unarchive_allowed: bool = False
    """ContactStatus ACTIVE sent for an archived contact brings it back."""
    account_number_unique: bool = False
    """Two active contacts cannot share an AccountNumber."""
    contact_name_before_number: bool = False
    """POST Contacts matches by Name before ContactNumber instead of the other way round."""

    approvals_per_month: int = 20
    """Sales invoices dated in one month that an organisation whose Class is STARTER can approve; 0 means no limit."""
    quote_transitions_checked: bool = True
    """A quote takes only the likely next statuses instead of any."""
    quote_needs_date: bool = False
    """A quote without Date is refused instead of dated today."""
    inclusive_quotes_show_net_prices: bool = True
    """The UnitAmount of an INCLUSIVE quote is read without its tax, as reported; LineAmount and totals are not."""
    quote_tracking_by_id: bool = True
    """A quote's lines keep the tracking that is told by TrackingOptionID, and none told by name alone."""
    quote_creates_contact: bool = True
    """A quote for an unknown contact name creates the contact, as an invoice does."""
    attachment_limit_mb: int = 10
    """The largest attachment; Xero's pages say 10 and 25."""
    emails_per_day: int = 1000
    """Invoices that can be mailed in 24 hours: 1000 for a paying organisation, 20 on trial, 0 for a demo company."""

    # Webhooks
    payment_raises_invoice_event: bool = True
    """A payment tells webhook subscribers that its invoice changed."""
    webhooks_automatic: bool = False
    """Webhooks send themselves, as Xero's do, instead of waiting for POST /standin/webhooks/deliver."""
    webhook_gather_s: int = 0
    """How long an event waits for others to go with it in one call."""
    webhook_events_per_call: int = 500
    """The most events in one call."""
    webhook_retries_grow: bool = False
    """Each retry waits twice as long as the one before, 4 hours at most, instead of 15 minutes."""
    webhooks_reversed: bool = False
    """Events leave newest first: order is promised in a replay only, and a subscriber must not rely on it."""

    # Limits and idempotency
    rejected_calls_count: bool = False
    """A call answered 429 still uses up quota."""
    custom_connection_calls_per_day: int = 0
    """The daily limit of custom connections; 0: that of other applications."""
    egress_counts_writes: bool = False
    """Answers to POST and PUT count as egress, not those to GET alone."""
    egress_counts_compressed: bool = False
    """A compressed answer counts with the bytes that were sent instead of those it stands for."""
    app_minute_retry_after: bool = True
    """The 429 of the limit over all organisations carries Retry-After."""
    app_minute_problem: Literal["appminute", "app-minute"] = "appminute"
    """How X-Rate-Limit-Problem spells that limit."""
    legacy_rate_limit: bool = False
    """Limits answer 503 with the OAuth 1.0a form body instead of 429."""
    legacy_day_status: int = 503
    """Status of that form body when the day is used up: 503 or 401."""
    legacy_organisation_offline: bool = False
    """An organisation that is offline answers with the OAuth 1.0a form body instead of plain text."""
    validation_errors_replayed: bool = True
    """A 400 for a validation error is remembered under its Idempotency-Key like a success."""
    over_long_key_refused: bool = True
    """An Idempotency-Key of more than 128 characters answers 400 instead of being ignored."""
    key_mismatch_in_elements: bool = False
    """The key mismatch text sits in Elements[].ValidationErrors[] instead of the top-level Message."""
    in_flight_duplicate_refused: bool = False
    """A second call with a key whose first call is still running answers 409 instead of waiting for it."""

    idempotency_per_tenant: bool = False
    """Idempotency keys belong to application and organisation instead of the application alone."""

    # Sign-in with OAuth 2.0
    broad_scopes_refused: bool = True
    """Applications may not ask for the broad scopes, like those made since 2 March 2026."""
    broad_scopes_end: str = "2027-09-13"
    """From this day, UTC, broad scopes are refused to everybody and count for nothing in tokens; or 2027-09-27."""
    sign_in_scopes_refused: bool = False
    """Applications may not ask for openid, profile and email."""
    invoices_scope_writes_items: bool = True
    """accounting.invoices allows writing Items too, not only accounting.settings."""
    access_tokens_say_little: bool = False
    """Access tokens have only the claims that are documented: xero_userid, authentication_event_id, scope and exp."""
    bad_client_status: int = 400
    """Status of the token endpoint's invalid_client: 400 or 401."""
    token_error_description: bool = False
    """Errors of the token endpoint carry an error_description."""
    cancel_tells_client: bool = True
    """Cancel on the consent page redirects with access_denied instead of showing a page."""
    graced_refresh_repeats: bool = False
    """A refresh token used again within its grace brings the same pair again instead of another one."""

    # Sign-in with OAuth 1.0a
    timestamp_tolerance_s: int = 300
    """How far oauth_timestamp may be from the server's clock, either way."""
    nonce_memory_s: int = 600
    """How long a nonce is remembered per consumer key."""
    oauth1_problem_status: int = 401
    """Status of every oauth_problem but the limits and outages."""
    largest_key_bits: int = 0
    """The largest RSA key a certificate may hold; 0 means any."""
    certificate_hashes: str = ""
    """The hashes a certificate may be signed with, such as `sha1 sha256`; empty means any."""
    full_organisations_listed: bool = True
    """The add form also offers organisations that have their two private applications."""
    expired_certificate_refused: bool = True
    """A certificate past its validity cannot be registered and no longer signs calls."""
    unknown_key_problem: Literal["consumer_key_unknown", "token_rejected"] = "consumer_key_unknown"
    """The oauth_problem for a consumer key that never existed."""

    # Wordings nobody has recorded
    text_consumer_key_unknown: str = "Consumer key was not recognised"
    text_permission_denied: str = "You do not have permission to access this resource"
    text_organisation_offline: str = "The Organisation is offline"
    text_signature_method_rejected: str = "Only RSA-SHA1 is accepted for private applications"
    text_parameter_absent: str = "A required OAuth parameter is missing: {name}"
    text_contact_name: str = "The contact name must not contain < or >, nor leading, trailing or doubled spaces"
    text_account_number_taken: str = "The account number is already assigned to another contact"
    text_contact_persons: str = "No more than 5 contact persons can be kept"
    text_contact_unknown: str = "The Contact could not be found"
    text_invoice_unknown: str = "An existing Invoice with the specified InvoiceID could not be found"
    text_document_type: str = "Type is not specified or is not valid for this document"
    text_number_characters: str = "The document number may hold only printable ASCII characters, at most 255"
    text_item_code_missing: str = "Price List Item Code must be specified"
    text_item_in_use: str = "The item cannot be deleted because it is tracked and has been used on a document"
    text_stock_short: str = "The quantity of item '{code}' exceeds the quantity on hand ({on_hand})"
    text_lines_missing: str = "One or more line items must be specified"
    text_due_date_missing: str = "The document DueDate field must be specified."
    text_discount_not_allowed: str = "Discounts are not allowed on this type of document"
    text_both_discounts: str = "Only one of DiscountRate and DiscountAmount may be given"
    text_allocation_amount: str = "The allocation amount must be greater than zero"
    text_allocation_currency: str = "The invoice and the credit note must be in the same currency"
    text_allocation_contact: str = "The invoice and the credit note must belong to the same contact"
    text_allocation_status: str = "Only AUTHORISED documents can be allocated"
    text_quote_unknown: str = "An existing Quote with the specified QuoteID could not be found"
    text_quote_status: str = "The quote cannot be given the status {status}"
    text_quote_number: str = "Quote # must be unique."
    text_quote_date: str = "Date cannot be empty"
    text_bank_account: str = "BankAccount must be an active bank account"
    text_bank_transaction_edit: str = (
        "This bank transaction can only be deleted, once, while nothing of it is allocated"
    )
    text_note_long: str = "Details must not be longer than 2500 characters"
    text_attachment_name: str = "The file name '{name}' contains characters that are not allowed"
    text_attachment_count: str = "No more than 10 files can be attached"
    text_email_status: str = "Only sales invoices that are SUBMITTED, AUTHORISED or PAID can be emailed"
    text_email_address: str = "The contact has no email address"
    text_email_limit: str = "The daily email limit has been reached"
    text_online_invoice_status: str = "Only approved sales invoices can be viewed online"
    text_group_name: str = "Name must be specified"
    text_group_taken: str = "The contact group name {name} is already in use"
    text_scope_missing: str = "AuthorizationUnsuccessful"
    text_high_volume: str = (
        "Your request is not filtering {name} efficiently, given the extremely high volume for this organisation."
    )
    text_connections_full: str = "This application has reached its limit of {limit} connected organisations"
    text_uncertified_full: str = "{organisation} has reached its limit of {limit} uncertified applications"
    text_key_too_long: str = "Idempotency Key must not be longer than 128 characters"
