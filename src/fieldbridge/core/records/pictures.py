"""Product pictures: what lies at the site, and what is in the image catalogue.

Source: field-sales facts §17 no. 3 (one name for each product and position, JPEG, only what changed).
"""

from fieldbridge.core.records.books import Record


class Fault(Record, frozen=True, kw_only=True):
    """Why a file cannot be published, and what to do."""

    code: str
    said: str
    remedy: str


class Shot(Record, frozen=True, kw_only=True):
    """One file of the source, as a look found it.

    Shape: source is its name there, `APL-1L.jpg` or, inside an archive, `spring.zip/APL-1L.jpg`; archive is that
    archive's own name, and all there is when nobody could see what is inside. sight changes when the file does; digest
    is the SHA-256 of its content, empty when that cannot be used.
    """

    source: str
    archive: str = ""
    sight: str = ""
    digest: str = ""
    fault: Fault | None = None

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.source.removeprefix(f"{self.archive}/")

    @property
    def is_unopened(self) -> bool:
        """Whether it is an archive of which nobody could see what is inside."""
        return self.source == self.archive


class Picture(Record, frozen=True, kw_only=True):
    """One picture of the catalogue, a row of Images.csv.

    Shape: name is its file's; position counts from 1; made_from and source say which content it was made of and
    where that lay; made_by says how. Units: width and height in pixels, size in bytes.
    """

    name: str
    product: str
    position: int
    source: str
    made_from: str
    made_by: str
    digest: str
    width: int
    height: int
    size: int
