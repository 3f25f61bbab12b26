"""Networks written by hand: tables, stops of trains, a feed."""

import zipfile
from pathlib import Path

import pandas as pd

# Tables: a road between seats that the nodes do not name, and a railway between two stations.
NODES = pd.DataFrame(
    {
        "node_id": ["s2", "s1", "w", "c", "su"],
        "lon": [120.31, 120.60, 120.30, 119.97, 120.59],
        "lat": [31.57, 31.32, 31.48, 31.80, 31.31],
        "kind": ["station", "station", "junction", "junction", "junction"],
    }
)
LINKS = pd.DataFrame(
    {
        "link_id": ["r2", "rail", "r1"],
        "from_node": ["w", "s1", "su"],
        "to_node": ["c", "s2", "w"],
        "mode": ["road", "hsr", "expressway"],
        "length_km": [60.0, 42.0, 45.0],
        "speed_kmh": [60.0, 300.0, 90.0],
    }
)

# Trains: A from Suzhou to Wuxi, B from Wuxi to Changzhou, C all the way and slow.
STOPS = """车次,站序,站名,到站时间,开车时间
B,1,无锡,----,09:00
B,2,常州,09:20,----
A,1,苏州,----,08:00
A,2,无锡,08:15,----
C,1,苏州,----,08:00
C,2,常州,10:30,11:00
C,3,南京,12:30,----
"""
STATIONS = (
    "站名,经度,纬度\n无锡,120.30,31.58\n常州,119.97,31.78\n苏州,120.61,31.33\n南京,118.8,32.1\n"
)


def feed(folder: Path) -> str:
    """Write a feed with a boat there and a slower one back; return its name."""
    files = {
        "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\n1,甲,31.33,120.61\n2,乙,31.58,120.30\n",
        "routes.txt": "route_id,route_type\nr,4\n",
        "trips.txt": "trip_id,route_id,service_id\nt,r,s\nb,r,s\n",
        "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
        "start_date,end_date\ns,1,1,1,1,1,1,1,20220101,20221231\n",
        "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t,08:00:00,08:00:00,1,1\nt,08:40:00,08:40:00,2,2\n"
        "b,09:00:00,09:00:00,2,1\nb,09:50:00,09:50:00,1,2\n",
    }
    with zipfile.ZipFile(folder / "feed.zip", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return "feed.zip"
