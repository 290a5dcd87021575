"""Write the two workbooks of this folder: `python tests/forms/b/make_xlsx.py`."""

from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).parent
Cell = str | int | date | None

HEAD_1: list[Cell] = ["Item", None, "Finding", None, "Ownership", None, "Dates", None, None, "Narrative", "Rating"]
HEAD_2: list[Cell] = ["Line", "Type", "Wording", "Ref.", "DCC/ACC", "Lead", "Target", "Slipped to", "Shut", None, None]

PEEL: list[list[Cell]] = [
    [
        1,
        "AFI",
        "The constabulary should make better use of what its neighbourhood teams know when it decides which "
        "organised crime groups to deal with first.",
        "Eff 3",
        "ACC (Crime)",
        "D/Supt Intel",
        date(2020, 3, 31),
        date(2020, 9, 30),
        date(2020, 11, 3),
        "14/01/20 – local profiles to all inspectors. 09/06/20 – held up by Covid. 02/10/20 – each mapped group has "
        "a named PC or PCSO. 03/11/20 – seen by FLL, closed by HMICFRS.",
        "Blue",
    ],
    [
        2,
        "AFI",
        "The constabulary should improve its understanding of why people of some ethnic groups are more likely to be "
        "stopped and searched.",
        "Leg 1",
        "ACC (Local)",
        "Ch/Insp Partnerships",
        date(2020, 6, 30),
        date(2021, 6, 30),
        None,
        "20/02/20: scrutiny panel re-formed, 11 members\n15/09/20: data by ward, first time\n12/01/21: panel not "
        "content with the reading of it; analyst to come to March meeting",
        "Amber",
    ],
    [
        3,
        "AFI",
        "The constabulary should have a plan for its estate which follows from what it expects people to need of it.",
        "Efy 2",
        "CFO",
        "Head of Estates",
        date(2020, 9, 30),
        None,
        None,
        "30/10/20: with commissioner for signature. 05/01/21: signed and sent to HMICFRS for a view",
        "Green",
    ],
    [
        4,
        "AFI",
        "The constabulary should extend its counter-corruption capability so that it can watch over the use of all of "
        "its systems.",
        "Leg 4",
        "DCC",
        "Head of PSD",
        date(2020, 12, 31),
        None,
        None,
        "09/03/20: software costs £410k; regional bid. 18/01/21: bid failed, no plan B",
        "Red",
    ],
    ["Sub-total", None, 4, None, None, None, None, None, None, None, None],
]

CUSTODY: list[list[Cell]] = [
    [
        1,
        "CoC",
        "The constabulary does not assure itself that detention is reviewed in time and by an inspector who has spoken "
        "with the detainee.",
        "C1",
        "ACC (Crime)",
        "Ch/Insp CJ",
        date(2020, 12, 1),
        date(2021, 3, 1),
        None,
        "11/12/20: 71 per cent in time, was 48. 14/01/21: two more PACE inspectors from April",
        "Amber",
    ],
    [
        2,
        "Rec",
        "That the constabulary ceases to hold reviews by telephone where an inspector is in the building.",
        "C1.1",
        "ACC (Crime)",
        "Ch/Insp CJ",
        date(2020, 12, 1),
        None,
        date(2021, 1, 14),
        "02/09/20: order issued. 14/01/21: none in four months, checked by inspectorate's custody team",
        "Blue",
    ],
    [
        3,
        "Rec",
        "That the ward of court cells at Ambrel Lane be brought back into use or given up.",
        "9",
        "CFO",
        "Head of Estates",
        None,
        None,
        None,
        "11/12/20: overtaken, building sold",
        "Purple",
    ],
    [
        4,
        "AFI",
        "Leaders should talk to the ambulance service about the time that detainees wait to go to hospital.",
        "12",
        None,
        None,
        None,
        None,
        None,
        None,
        "White",
    ],
    ["Sub-total", None, 4, None, None, None, None, None, None, None, None],
]

KEY: list[list[Cell]] = [
    ["Rating", "Means"],
    ["Blue", "Closed by the inspectorate"],
    ["Green", "We think it is done; the inspectorate has not said so yet"],
    ["Amber", "Under way"],
    ["Red", "Stuck"],
    ["Purple", "Superseded, no further action"],
    ["White", "New, not allocated"],
]

ESKMOOR: list[list[Cell]] = [
    ["Eskmoor Constabulary and the Office of the Police and Crime Commissioner for Eskmoor"],
    ["Joint log of inspection outcomes – as reported to Audit Committee, September 2018"],
    [],
    [
        "Log",
        "Expectation placed upon the force",
        "Arising from",
        "Date of report",
        "Answerable officer",
        "Original tgt",
        "Tgt now",
        "Latest position (newest first)",
        "State at 31 Aug",
        "Signed off",
    ],
    ["Counting right: crime data integrity, February 2018"],
    [
        "18/01",
        "Within three months the constabulary should record every report of rape within 24 hours.",
        "HMICFRS CDI rec 1",
        date(2018, 2, 8),
        "Force crime registrar",
        date(2018, 5, 8),
        None,
        "[Aug 18] 100% two months running. [Jun 18] 98%. [Mar 18] look-back done",
        "Ready for review",
        None,
    ],
    [
        "18/02",
        "Within three months the constabulary should train its call takers in recording common assault.",
        "HMICFRS CDI rec 2",
        date(2018, 2, 8),
        "Head of Contact",
        date(2018, 5, 8),
        date(2018, 10, 31),
        "[Aug 18] 151 of 160. [Apr 18] begins",
        "In hand",
        None,
    ],
    ["Efficiency, effectiveness and legitimacy 2017"],
    [
        "17/09",
        "The constabulary should ensure that all of its officers with a need for it are trained in unconscious bias.",
        "HMICFRS Legitimacy AFI",
        date(2017, 12, 12),
        "Head of L&D",
        "Summer 2018",
        None,
        "[Jul 18] 96% trained, chief officer sign-off",
        "Implemented",
        date(2018, 7, 19),
    ],
    [
        "17/11",
        "The constabulary should adopt the three-year workforce plan template issued with the 2016 report.",
        "HMICFRS Efficiency AFI",
        date(2017, 11, 9),
        "Director of People",
        date(2018, 3, 31),
        None,
        "[May 18] force management statement now asks for the same",
        "Superseded",
        None,
    ],
    [
        "17/12",
        "The constabulary should write to victims whose cases it files at first contact and say why.",
        "HMICFRS Effectiveness AFI",
        date(2018, 3, 22),
        "Head of Contact",
        "Q2 2018/19",
        "Q4 2018/19",
        None,
        "Not started",
        None,
    ],
    ["Older"],
    [
        "15/30",
        "Chief constables should, by March 2016, have audited the skills of those who interview vulnerable witnesses.",
        "HMIC national: In their own words, rec 6",
        date(2015, 7, 2),
        "D/Supt PPU",
        "Mar-16",
        "Dec-17",
        "[Jan 18] closed by letter from HMI. [Nov 17] audit done, 44 of 51 in date",
        "Closed",
        date(2018, 1, 15),
    ],
    ["Open: 2   Waiting for HMICFRS: 1   Shut: 3"],
]


def _fill(sheet: Worksheet, title: str, rows: list[list[Cell]]) -> None:
    """Title row, blank row, the two header rows (merged where they span), the rows."""
    sheet.append([title])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([])
    sheet.append(HEAD_1)
    sheet.append(HEAD_2)
    for span in ("A3:B3", "C3:D3", "E3:F3", "G3:I3", "J3:J4", "K3:K4"):
        sheet.merge_cells(span)
    for row in rows:
        sheet.append(row)


def ostrey() -> None:
    """A sheet for each report and a sheet with the key."""
    book = Workbook()
    peel = book.active
    assert isinstance(peel, Worksheet)
    peel.title = "PEEL 2018-19"
    _fill(peel, "Ostrey & Vale Constabulary: PEEL 2018/19, published 27 September 2019", PEEL)
    _fill(book.create_sheet("Custody"), "Unannounced inspection of custody, published 1 September 2020", CUSTODY)
    key = book.create_sheet("Key")
    for row in KEY:
        key.append(row)
    book.save(HERE / "tracker_ostrey-and-vale_hmicfrs_2021.xlsx")


def eskmoor() -> None:
    """One sheet, with rows between that name the report; days, months and quarters as they were typed."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Log Sept 18"
    for row in ESKMOOR:
        sheet.append(row)
    for cell in sheet[4]:
        cell.fill = PatternFill("solid", fgColor="DDDDDD")
    book.save(HERE / "tracker_eskmoor_inspection-log_2018.xlsx")


if __name__ == "__main__":
    ostrey()
    eskmoor()
