"""The invented names and the real geography the seed draws from. Data only."""

TOWNS = (
    ("Kerikeri", "Northland", "0230", "09", "North"), ("Paihia", "Northland", "0200", "09", "North"),
    ("Whangārei", "Northland", "0110", "09", "North"), ("Kaitaia", "Northland", "0410", "09", "North"),
    ("Dargaville", "Northland", "0310", "09", "North"), ("Kaikohe", "Northland", "0405", "09", "North"),
    ("Warkworth", "Auckland", "0910", "09", "North"), ("Orewa", "Auckland", "0931", "09", "North"),
    ("Devonport", "Auckland", "0624", "09", "North"), ("Henderson", "Auckland", "0612", "09", "North"),
    ("Papakura", "Auckland", "2110", "09", "North"), ("Pukekohe", "Auckland", "2120", "09", "North"),
    ("Thames", "Waikato", "3500", "07", "Central"), ("Whitianga", "Waikato", "3510", "07", "Central"),
    ("Raglan", "Waikato", "3225", "07", "Central"), ("Ngāruawāhia", "Waikato", "3720", "07", "Central"),
    ("Te Awamutu", "Waikato", "3800", "07", "Central"), ("Tokoroa", "Waikato", "3420", "07", "Central"),
    ("Taupō", "Waikato", "3330", "07", "Central"), ("Katikati", "Bay of Plenty", "3129", "07", "Central"),
    ("Te Puke", "Bay of Plenty", "3119", "07", "Central"), ("Whakatāne", "Bay of Plenty", "3120", "07", "Central"),
    ("Gisborne", "Gisborne", "4010", "06", "Central"), ("Wairoa", "Hawke's Bay", "4108", "06", "Central"),
    ("Havelock North", "Hawke's Bay", "4130", "06", "Central"), ("Ōpunake", "Taranaki", "4616", "06", "Central"),
    ("Hāwera", "Taranaki", "4610", "06", "Central"), ("Foxton", "Manawatū", "4814", "06", "Central"),
    ("Levin", "Manawatū", "5510", "06", "Central"), ("Ōtaki", "Wellington", "5512", "06", "Central"),
    ("Paekākāriki", "Wellington", "5034", "04", "Central"), ("Petone", "Wellington", "5012", "04", "Central"),
    ("Greytown", "Wairarapa", "5712", "06", "Central"), ("Picton", "Marlborough", "7220", "03", "South"),
    ("Motueka", "Tasman", "7120", "03", "South"), ("Tākaka", "Tasman", "7110", "03", "South"),
    ("Kaikōura", "Canterbury", "7300", "03", "South"), ("Rangiora", "Canterbury", "7400", "03", "South"),
    ("Akaroa", "Canterbury", "7520", "03", "South"), ("Lyttelton", "Canterbury", "8082", "03", "South"),
    ("Hokitika", "West Coast", "7810", "03", "South"), ("Temuka", "Canterbury", "7920", "03", "South"),
    ("Ōamaru", "Otago", "9400", "03", "South"), ("Wānaka", "Otago", "9305", "03", "South"),
    ("Ōwaka", "Otago", "9535", "03", "South"), ("Riverton", "Southland", "9822", "03", "South"),
)  # fmt: skip
"""Name, region, postcode, telephone area, sales area."""

TRADES = (
    ("Foodmart", "GROC"), ("Dairy", "DAIRY"), ("Superette", "GROC"), ("Café", "CAFE"), ("Takeaways", "CAFE"),
    ("General Store", "GROC"), ("Bakehouse", "CAFE"), ("Tearooms", "CAFE"), ("Corner Store", "DAIRY"),
    ("Pantry", "GROC"), ("Deli", "CAFE"), ("Camp Store", "DAIRY"), ("Lunch Bar", "CAFE"), ("Grocers", "GROC"),
)  # fmt: skip
QUALIFIERS = ("", "Central", "Beach", "Harbour", "Riverside", "Northside")
SUPPLIER_TRADES = ("Orchards", "Juice Works", "Packaging", "Freight", "Mills", "Cold Stores", "Dairy Goods")
STREETS = ("Main Road", "Station Street", "Beach Road", "Queen Street", "Mill Lane", "Kauri Drive", "Tūī Crescent")
FIRST_NAMES = ("Mere", "Hēmi", "Aroha", "Tāne", "Ngaio", "Rua", "Sina", "Ben", "Alice", "Ravi", "Lena", "Tomasi")
LAST_NAMES = ("Tāwhai", "Parore", "Smithson", "Fernhill", "Kahurangi", "Marlow", "Patel-Reid", "Vaoga", "Lindqvist")
REPS = (("Stella", "Smithson", "STESMI"), ("Rua", "Parore", "RUAPAR"), ("Lena", "Marlow", "LENMAR"))

_WET = (("250ML", "250ml", "0.45"), ("500ML", "500ml", "0.7"), ("1L", "1L", "1"), ("2L", "2L", "1.8"),
        ("3L", "3L", "2.6"), ("6PK", "6 pack", "4.9"))  # fmt: skip
_DRY = (("250G", "250g", "0.35"), ("500G", "500g", "0.6"), ("1KG", "1kg", "1"), ("5KG", "5kg", "4.4"),
        ("10KG", "10kg", "8.2"), ("CTN12", "carton of 12", "10.5"))  # fmt: skip
_WET_GOODS = (
    ("APL", "Apple juice", "4.25"), ("ORG", "Orange juice", "4.25"), ("FEI", "Feijoa juice", "5.1025"),
    ("BLK", "Blackcurrant cordial", "6.80"), ("LEM", "Lemonade", "3.20"), ("GIN", "Ginger beer", "3.95"),
    ("SPW", "Sparkling water", "2.2525"), ("STW", "Still water", "1.80"), ("OAT", "Oat drink", "4.60"),
    ("SOY", "Soy drink", "3.75"), ("CCM", "Coconut cream", "3.3333"), ("VIN", "Malt vinegar", "2.95"),
    ("OLV", "Olive oil", "14.90"), ("CAN", "Canola oil", "7.40"), ("SOS", "Soy sauce", "5.85"),
    ("TMS", "Tomato sauce", "4.4275"), ("BBQ", "Barbecue sauce", "4.75"), ("MYO", "Mayonnaise", "6.20"),
    ("KOM", "Kombucha", "5.40"), ("CBR", "Cold brew coffee", "5.95"), ("MAN", "Mango nectar", "4.35"),
    ("PIN", "Pineapple juice", "4.15"), ("CRN", "Cranberry juice", "5.55"), ("TON", "Tonic water", "3.10"),
    ("SYR", "Golden syrup", "6.4525"),
)  # fmt: skip
_DRY_GOODS = (
    ("FLR", "Plain flour", "2.40"), ("WMF", "Wholemeal flour", "2.65"), ("SUG", "White sugar", "2.2275"),
    ("BSG", "Brown sugar", "2.95"), ("RCE", "Long grain rice", "3.10"), ("BAS", "Basmati rice", "4.45"),
    ("PST", "Pasta spirals", "2.70"), ("SPG", "Spaghetti", "2.55"), ("OTS", "Rolled oats", "2.85"),
    ("MUS", "Toasted muesli", "7.90"), ("COF", "Plunger coffee", "19.50"), ("TEA", "Breakfast tea", "11.20"),
    ("COC", "Cocoa", "12.40"), ("SLT", "Table salt", "1.60"), ("PEP", "Black pepper", "24.00"),
    ("CUM", "Ground cumin", "18.75"), ("LNT", "Red lentils", "4.1125"), ("CHK", "Chickpeas", "3.95"),
    ("KID", "Kidney beans", "4.05"), ("ALM", "Almonds", "21.30"), ("CSH", "Cashews", "22.80"),
    ("RAI", "Raisins", "7.15"), ("APR", "Dried apricots", "16.40"), ("CRK", "Water crackers", "8.6525"),
    ("KUM", "Kūmara chips", "13.90"),
)  # fmt: skip
GOODS = tuple((*good, _WET) for good in _WET_GOODS) + tuple((*good, _DRY) for good in _DRY_GOODS)
"""Code stem, name, price for the size with factor 1, sizes (code, words, price factor)."""
