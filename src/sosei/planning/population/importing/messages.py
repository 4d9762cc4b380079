"""The sentences of every problem and note, in Japanese and English.

A problem has four: what (ja, en) and remedy (ja, en). A note has two. Names in braces are the finding's details.
"""

from __future__ import annotations

PROBLEMS: dict[str, tuple[str, str, str, str]] = {
    # The file as bytes
    "not_found": (
        "ファイルがありません: {path}",
        "There is no such file: {path}.",
        "パスを確かめてください。",
        "Check the path.",
    ),
    "empty": (
        "ファイルが空です。",
        "The file is empty.",
        "ダウンロードが途中で切れていないか確かめ、もう一度取得してください。",
        "Check that the download was not cut off, and fetch it again.",
    ),
    "too_large": (
        "ファイルが大きすぎます（{size_mb} MB、上限 {limit_mb} MB）。",
        "The file is too large ({size_mb} MB; the limit is {limit_mb} MB).",
        "都道府県や年次ごとに分けて取得してください。",
        "Fetch it in parts, by prefecture or by year.",
    ),
    "binary": (
        "表の文字データではなく {found} です。",
        "This is {found_en}, not a text table.",
        "{remedy}",
        "{remedy_en}",
    ),
    "noise": (
        "表の文字データではありません（文字でないバイト 0x{byte:02X} があります）。",
        "This is not a text table (byte 0x{byte:02X} is no character).",
        "CSV または e-Stat API の JSON を指定してください。",
        "Give a CSV file, or JSON of the e-Stat API.",
    ),
    "wrong_encoding": (
        "文字コードを判別できません（バイト 0x{byte:02X}。{guess}）。",
        "The encoding cannot be told (byte 0x{byte:02X}; {guess_en}).",
        "表計算ソフトやエディターで「CSV UTF-8」として保存し直してください。",
        'Save it again as "CSV UTF-8" in a spreadsheet or an editor.',
    ),
    "damaged_text": (
        "文字化けした文字（U+FFFD）があります。元の文字は失われています。",
        "There are replacement characters (U+FFFD): the original text is lost.",
        "元のファイルをもう一度取得してください。",
        "Fetch the original file again.",
    ),
    "broken_csv": (
        "CSV として読めません（{reason}）。",
        "It cannot be read as CSV ({reason}).",
        '引用符「"」が閉じているか確かめてください。',
        "Check that every quotation mark is closed.",
    ),
    # The format
    "unknown_format": (
        "どの形式か分かりません。先頭: 「{found}」",
        "The format is not known. It begins: {found}.",
        "取り込める形式: {formats_ja}。形式を指定するには --format を使います。",
        "Understood: {formats_en}. Use --format to name one.",
    ),
    "missing_column": (
        "見出しに「{column}」がありません。",
        "The header has no {column}.",
        "見出し行が消えていないか確かめてください。",
        "Check that the header row was not lost.",
    ),
    "repeated_column": (
        "見出し「{column}」が2度あります。",
        "The header {column} appears twice.",
        "どちらが正しいか確かめ、一方を除いてください。",
        "Find out which is right and remove the other.",
    ),
    "unknown_column": (
        "見出し「{column}」の意味が分かりません。",
        "The header {column} is not understood.",
        "「0-4歳の男性」「85歳以上の女性」のように書いてください。",
        "Write it like 0-4歳の男性, 85歳以上の女性.",
    ),
    "column_count": (
        "列の数が {got} で、見出しの {expected} と違います。",
        "The row has {got} columns; the header has {expected}.",
        "桁区切りの「,」が引用符の外にないか、行が途中で切れていないか確かめてください。",
        "Check for thousands separators outside quotation marks, and for a row that was cut off.",
    ),
    "no_rows": (
        "見出しだけで、数値の行がありません。",
        "There is a header, but no row of figures.",
        "ダウンロードが途中で切れていないか確かめてください。",
        "Check that the download was not cut off.",
    ),
    "nothing_published": (
        "取り込める数値が一つもありません（公表されていない地域だけです）。",
        "There is not one figure to import (only areas that are not published).",
        "数値が公表されている表を使ってください。",
        "Use a table in which the figures are published.",
    ),
    # e-Stat
    "broken_json": (
        "JSON として読めません（{reason}）。",
        "It cannot be read as JSON ({reason}).",
        "ダウンロードが途中で切れていないか確かめてください。",
        "Check that the download was not cut off.",
    ),
    "estat_error": (
        "e-Stat がエラーを返しています: STATUS {status}「{message}」",
        "e-Stat answered with an error: STATUS {status}, {message}",
        "appId と統計表ID、絞り込み条件を確かめ、もう一度取得してください。",
        "Check appId, statsDataId and the conditions, and fetch it again.",
    ),
    "estat_part": (
        "表の一部だけです（{total} 件のうち {got} 件まで。続きは {next_key} 件目から）。",
        "This is only a part of the table (up to {got} of {total}; it continues at {next_key}).",
        "startPosition={next_key} から続きを取得して一つにするか、地域や年次を絞って取得してください。",
        "Fetch the rest with startPosition={next_key} and join them, or narrow the areas or years.",
    ),
    "estat_axis": (
        "「{axis}」が表にありません。",
        "The table has no axis for {axis_en}.",
        "男女・年齢・地域・時間軸のある統計表を選んでください。",
        "Choose a table with sex, age, area and time.",
    ),
    "estat_subset": (
        "「{axis}」が総数ではありません（{items}）。",
        "The axis {axis} holds no total ({items}).",
        "「{axis}」で「総数」を含めて取得してください。",
        "Fetch it again with the total of {axis}.",
    ),
    "estat_unit": (
        "単位が「{unit}」です。",
        "The unit is {unit}.",
        "単位が「人」の表を選んでください。千人単位の値からは人口を復元できません。",
        "Choose a table in persons; persons cannot be recovered from thousands.",
    ),
    "estat_survey": (
        "統計名「{survey}」の扱いが分かりません。",
        "The survey {survey} is not one that is kept.",
        "国勢調査または住民基本台帳の表を選んでください。",
        "Choose a table of the census or of the resident register.",
    ),
    "estat_layout": (
        "表の並べ方を読めません（{reason}）。",
        "The layout of the table cannot be read ({reason_en}).",
        "e-Stat の「列指向形式」か、表頭に一つの項目だけを置いた「クロス集計表形式」でダウンロードしてください。",
        "Download it from e-Stat as a column-oriented table, or as a cross table with one axis across.",
    ),
    # Boundaries
    "broken_features": (
        "GeoJSON として読めません（{reason}）。",
        "It cannot be read as GeoJSON ({reason}).",
        "「features」の一覧を持つ FeatureCollection を指定してください。",
        "Give a FeatureCollection with a list of features.",
    ),
    "broken_topology": (
        "TopoJSON として読めません（{reason}）。",
        "It cannot be read as TopoJSON ({reason}).",
        "ダウンロードが途中で切れていないか確かめるか、GeoJSON に変換して指定してください。",
        "Check that the download was not cut off, or convert it to GeoJSON.",
    ),
    "no_features": (
        "地物が一つもありません。",
        "There is not one feature.",
        "市区町村または都道府県の境界を含むファイルを指定してください。",
        "Give a file with boundaries of municipalities or prefectures.",
    ),
    "boundary_crs": (
        "座標系「{crs}」は扱えません。",
        "The coordinate reference system {crs} is not read.",
        "世界測地系の緯度経度（JGD2011、JGD2000 または WGS 84）に変換してください（例: ogr2ogr -t_srs EPSG:6668）。",
        "Convert it to longitude and latitude in JGD2011, JGD2000 or WGS 84 (such as ogr2ogr -t_srs EPSG:6668).",
    ),
    "boundary_no_code": (
        "市区町村コードも都道府県名もありません: {properties}",
        "There is neither a municipality code nor the name of a prefecture: {properties}",
        "国土数値情報の N03_007、または code という属性に5桁のコードを入れてください。",
        "Give the 5-digit code in the property N03_007 or code.",
    ),
    "no_polygon": (
        "{code} に面がありません（{kind}）。",
        "{code} has no polygon ({kind}).",
        "面（Polygon または MultiPolygon）のデータを指定してください。",
        "Give data of polygons (Polygon or MultiPolygon).",
    ),
    "outside_japan": (
        "{code} の座標 {point} は日本の範囲（東経122～154.5度、北緯20～46度）にありません。",
        "The point {point} of {code} is not in Japan (122-154.5 E, 20-46 N).",
        "経度・緯度（度）で書かれた世界測地系のデータか確かめてください。平面直角座標やメートル単位は変換が要ります。",
        "Check that it is longitude and latitude in degrees; plane coordinates in metres must be converted.",
    ),
    "lat_lon_swapped": (
        "{code} の座標 {point} は緯度・経度の順です。",
        "The point {point} of {code} has latitude first.",
        "GeoJSON の規約どおり経度・緯度の順に直してください。",
        "Write longitude first, as GeoJSON has it.",
    ),
    # Areas and dates
    "no_area_code": (
        "地域「{name}」にコードがなく、名前からも決まりません（候補 {candidates}）。",
        "The area {name} has no code, and its name does not settle it (candidates: {candidates}).",
        "コードを出力する設定でダウンロードし直してください。",
        "Download it again with codes.",
    ),
    "area_mismatch": (
        "コード {code} は「{known}」ですが、名前が「{name}」です。「{name}」のコードは {right} です。",
        "Code {code} is {known}, but the row is named {name}, whose code is {right}.",
        "コードと名前のどちらが正しいか確かめてください。",
        "Find out whether the code or the name is right.",
    ),
    "two_names": (
        "コード {code} に二つの名前「{first}」「{second}」があります。",
        "Code {code} has two names, {first} and {second}.",
        "コードのずれ（行のずれ、0の欠け）がないか確かめてください。",
        "Check whether rows or leading zeros have slipped.",
    ),
    "name_too_long": (
        "名前が {limit} 文字を超えています: 「{name}…」",
        "A name is longer than {limit} characters: {name}…",
        "列がずれていないか確かめてください。",
        "Check whether columns have slipped.",
    ),
    "no_date": (
        "日付が空です。",
        "The date is blank.",
        "調査年月日を書いてください。",
        "Fill in the date.",
    ),
    "incomplete_date": (
        "「{value}」には月日がありません。",
        "{value} has no month and day.",
        "年月日まで書いてください（例: 2025-04-01）。",
        "Write the whole date (2025-04-01).",
    ),
    "future_date": (
        "{date} は今日（{today}）より後です。実績ではありえません。",
        "{date} is after today ({today}), which no count can be.",
        "日付を直すか、推計なら --format ipss を指定してください。",
        "Correct the date, or use --format ipss if it is a projection.",
    ),
    "early_date": (
        "{date} は国勢調査（1920年から）より前です。",
        "{date} is before the first census (1920).",
        "日付を確かめてください。",
        "Check the date.",
    ),
    # The figures
    "unknown_sex": (
        "「{value}」は男・女・総数のどれでもありません。",
        "{value} is neither male, female nor total.",
        "男・女・総数（または M・F・T）で書いてください。",
        "Write 男, 女, 総数 (or M, F, T).",
    ),
    "unknown_basis": (
        "「{value}」は知られた種別ではありません。",
        "{value} is not a known kind of count.",
        "次のどれかを書いてください: {known}",
        "Write one of: {known}",
    ),
    "duplicate_row": (
        "{what} が {first_line} にもあります。",
        "{what_en} also stands in {first_line_en}.",
        "どちらが正しいか確かめ、一方を除いてください。",
        "Find out which is right and remove the other.",
    ),
    "negative": (
        "人口が負です: {value}",
        "A population is negative: {value}.",
        "元の表を確かめてください。差を示す表（増減数）ではありませんか。",
        "Check the source. Is it a table of changes?",
    ),
    "not_whole": (
        "人数が整数ではありません: {value}",
        "A count of persons is not whole: {value}.",
        "割合や千人単位の表ではないか確かめてください。",
        "Check whether it is a table of rates or of thousands.",
    ),
    "too_many": (
        "人数が大きすぎます: {value}",
        "The count is impossibly large: {value}.",
        "列がずれていないか確かめてください。",
        "Check whether columns have slipped.",
    ),
    "blank_cell": (
        "{what} の数値が空です。",
        "The figure for {what_en} is blank.",
        "元の表から補ってください。0人なら 0 と書きます。",
        "Fill it in from the source; write 0 where there is no one.",
    ),
    "hidden_cell": (
        "{what} の数値が「{mark}」です（0ではありません）。",
        "The figure for {what_en} is {mark}, which is not zero.",
        "数値が公表されている表を使うか、この地域・年次の行をすべて除いてください。",
        "Use a table in which it is published, or remove all rows of this area and year.",
    ),
    "missing_sex": (
        "{what} に{sex}の行がありません。",
        "{what_en} has no rows for {sex_en}.",
        "男女別の表を取得してください。",
        "Fetch the table by sex.",
    ),
    "missing_age": (
        "{what} に{age}歳から始まる年齢階級がありません。",
        "{what_en} has no age group beginning at {age}.",
        "欠けた行または列を元の表から補ってください。",
        "Add the missing row or column from the source.",
    ),
    "age_slip": (
        "年齢「{label}」の上に続く階級がありません。閉じた階級か最上位か決められません。",
        "No group follows {label}: it cannot be told whether it is closed or the open top.",
        "「85～89歳」または「85歳以上」に直してください。",
        "Write 85～89歳 or 85歳以上.",
    ),
    "ages_differ_by_sex": (
        "{what} の年齢階級が男女で違います（{age}歳からの階級）。",
        "The age groups of {what_en} differ between the sexes (the group from {age}).",
        "欠けた行または列を補ってください。",
        "Add the missing row or column.",
    ),
    "age_sum": (
        "{what} の年齢別の合計 {got} が、表の計 {stated} と {difference} 違います。",
        "The ages of {what_en} add up to {got}; the table states {stated} ({difference}).",
        "その行の数値と計を元の表と照らし合わせてください。",
        "Compare the figures and the total with the source.",
    ),
    "sex_sum": (
        "{what} の男女の和 {got} が、表の計 {stated} と {difference} 違います。",
        "Men and women of {what_en} add up to {got}; the table states {stated} ({difference}).",
        "男・女・計の数値を元の表と照らし合わせてください。",
        "Compare the figures for men, women and both with the source.",
    ),
    "swapped_sexes": (
        "{what} の男女が入れ替わっています（男の合計 {male}、表の男 {stated_male}・女 {stated_female}）。",
        "The sexes of {what_en} are swapped (male ages add up to {male}; stated male {stated_male}, "
        "female {stated_female}).",
        "男女の見出しを入れ替えてください。",
        "Exchange the headers for men and women.",
    ),
    "implausible_sexes": (
        "{what} の85歳以上は男 {men} 人・女 {women} 人です。偶然では起こらず、男女の見出しが逆と考えられます。",
        "{what_en} has {men} men and {women} women aged 85 and over, more than chance allows: the headers for "
        "men and women are probably swapped.",
        "男女の見出しを確かめてください。",
        "Check the headers for men and women.",
    ),
}

NOTES: dict[str, tuple[str, str]] = {
    "code_repaired": (
        "コード「{given}」を {code} と読みました（先頭の0の欠けを補正）。",
        "Code {given} was read as {code} (a lost leading zero).",
    ),
    "code_tail": (
        "コード「{given}」を {code} と読みました（末尾の .0 を除去）。",
        "Code {given} was read as {code} (a trailing .0).",
    ),
    "code_ambiguous": (
        "コード「{given}」は5桁のコードとも読めますが、検査数字から {code} と決めました。",
        "Code {given} could be a 5-digit code; by its check digit it was read as {code}.",
    ),
    "code_without_check_digit": (
        "コード「{given}」には検査数字がありません。",
        "Code {given} has no check digit.",
    ),
    "age_slip_read": (
        "年齢「{label}」は、上に階級が続くので {first}～{last}歳と読みました。",
        "{label} was read as {first}-{last}, because a group above it follows.",
    ),
    "no_figure_is_zero": (
        "{what}「-」を0人と読みました（計が合うことで確かめました）。",
        "The sign - for {what_en} was read as no one (the total proves it).",
    ),
    "sum_tolerated": (
        "{what} の男女の和が表の計と {difference} 違います（この資料で知られた差）。",
        "Men and women of {what_en} differ from the stated total by {difference}, as is known of this source.",
    ),
    "not_published": (
        "{what} は公表されていないため取り込みません（{mark}）。",
        "{what_en} is not published ({mark}) and was left out.",
    ),
    "area_skipped": (
        "「{code} {name}」は市区町村ではないため取り込みません。",
        "{code} {name} is no municipality and was left out.",
    ),
    "rows_skipped": (
        "「{axis}」の「{item}」は取り込みません（{reason}）。",
        "{item} of {axis} was left out ({reason_en}).",
    ),
    "ages_not_used": (
        "重なる年齢階級は取り込みません: {labels}",
        "Overlapping age groups were left out: {labels}",
    ),
    "rounded": (
        "小数5桁以下の人数を4桁に丸めました（例: {value}）。",
        "Persons with more than four decimals were rounded to four (such as {value}).",
    ),
    "name_differs": (
        "コード {code} の名前「{name}」は、登録済みの「{known}」と違います（登録済みの名前を使います）。",
        "Code {code} is named {name} here and {known} in the database (which is kept).",
    ),
    "no_mans_land": (
        "「{name}」はどの市区町村にも属さないため取り込みません。",
        "{name} belongs to no municipality and was left out.",
    ),
    "no_vital_figure": (
        "{what} の数値がないため取り込みません（{mark}）。",
        "There is no figure for {what_en} ({mark}); it was left out.",
    ),
}
