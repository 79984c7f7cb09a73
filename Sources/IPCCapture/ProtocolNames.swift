import IPCProtocols

/// What protocols are called where a user says which one a channel speaks.
public enum ProtocolNames {
  /// Every name: ipcdump's own ones, then those of Wireshark's dissectors.
  public static var all: [String] { own.map(\.name) + wireshark.map(String.init) }

  /// Wireshark's dissector for a name; nil if nobody has that name.
  static func dissector(named name: String) -> String? {
    if let own = own.first(where: { $0.name == name }) { return own.dissector }
    // Some of those are registered in later versions only, or found by a port alone.
    let bytes = Array(name.utf8)
    let hasPort = ServerPort.of(dissector: bytes) != nil || ServerPort.isPlain(dissector: bytes)
    let isKnown = wireshark.contains(name[...]) || own.contains { $0.dissector == name }
    // Messages of some are known that Wireshark has no dissector for.
    let hasMessages = ProtocolDefinition.registry.contains { $0.isCalled(name) }
    return isKnown || hasPort || hasMessages ? name : nil
  }

  /// What Wireshark finds by the link type instead of a name (``Dissector/dbusEncapsulation``).
  static let dbus = "dbus"

  /// Protocols as ipcdump itself names them, `redis`, with Wireshark's name, `resp`.
  private static var own: [(name: String, dissector: String)] {
    ChannelProtocol.allCases.map { ("\($0)", Dissector.of($0).name?.description ?? dbus) }
  }

  private static var wireshark: [Substring] { list.split { $0 == " " || $0 == "\n" } }

  /// Names with which dissectors are registered in Wireshark 4.0, as its `Dissector.list()` in Lua tells them.
  private static let list = """
    6lowpan a11 acdr acf acf-can acf-can-brief acr122 acse adb adb_cs adb_service afp afp_server_status
    afp_spotlight afs agentx ah aim ain alc alcap amp amqp amr amr-wb amr_if1_nb amr_if1_wb amr_if2_nb
    amr_if2_wb ams ansi_637_tele ansi_637_trans ansi_801 ansi_map ansi_tcap aoe aprs aptx ar_drone
    armagetronad arp artemis aruba_erm asterix at atm_oam_cell atm_pw_oam_cell atm_pw_truncated
    atm_pw_untruncated atm_truncated atm_untruncated atn-cm atn-cpdlc atn-ulcs ax25 ax25_kiss ayiya bacapp
    bacnet bacp bap basicxid batadv bblog bcp_bpdu bcp_ncp bctp bencode ber bfcp bgp bicc bitcoin
    bittorrent.tcp bittorrent.utp bjnp blip bluecom bluetooth.alt_beacon bluetooth.apple.ibeacon
    bluetooth.gaen bluetooth_ubertooth bmc bpdu bpdu_cisco bpq bpv6 bpv7 brp bsap bscvlc bssap bssap.imei
    bssap_le bssap_plus bssgp bt3ds bta2dp bta2dp_content_protection_header_scms_t btamp btatt btavctp
    btavdtp btavrcp btbnep btbredr_fhs btbredr_rf btcommon.cod btcommon.eir_ad.ad btcommon.eir_ad.eir
    btcommon.le_channel_map btdun btgatt btgatt.uuid0x1800 btgatt.uuid0x1801 btgatt.uuid0x1802
    btgatt.uuid0x1803 btgatt.uuid0x1804 btgatt.uuid0x1805 btgatt.uuid0x1806 btgatt.uuid0x1807
    btgatt.uuid0x1808 btgatt.uuid0x1809 btgatt.uuid0x180a btgatt.uuid0x180d btgatt.uuid0x180e
    btgatt.uuid0x180f btgatt.uuid0x1810 btgatt.uuid0x1811 btgatt.uuid0x1812 btgatt.uuid0x1813
    btgatt.uuid0x1814 btgatt.uuid0x1815 btgatt.uuid0x1816 btgatt.uuid0x1818 btgatt.uuid0x1819
    btgatt.uuid0x181a btgatt.uuid0x181b btgatt.uuid0x181c btgatt.uuid0x181d btgatt.uuid0x181e
    btgatt.uuid0x181f btgatt.uuid0x1820 btgatt.uuid0x1821 btgatt.uuid0x1822 btgatt.uuid0x1823
    btgatt.uuid0x1824 btgatt.uuid0x1825 btgatt.uuid0x1826 btgatt.uuid0x1827 btgatt.uuid0x1828
    btgatt.uuid0x1829 btgatt.uuid0x183a btgatt.uuid0x183b btgatt.uuid0x183c btgatt.uuid0x183d
    btgatt.uuid0x183e btgatt.uuid0x183f btgatt.uuid0x1840 btgatt.uuid0x1843 btgatt.uuid0x1844
    btgatt.uuid0x1845 btgatt.uuid0x1846 btgatt.uuid0x1847 btgatt.uuid0x1848 btgatt.uuid0x1849
    btgatt.uuid0x184a btgatt.uuid0x184b btgatt.uuid0x184c btgatt.uuid0x184d btgatt.uuid0x184e
    btgatt.uuid0x184f btgatt.uuid0x1850 btgatt.uuid0x1851 btgatt.uuid0x1852 btgatt.uuid0x1853
    btgatt.uuid0x1854 btgatt.uuid0x1855 btgatt.uuid0x1856 btgatt.uuid0x1857 btgatt.uuid0x1858
    btgatt.uuid0x1859 btgatt.uuid0x2800 btgatt.uuid0x2801 btgatt.uuid0x2802 btgatt.uuid0x2803
    btgatt.uuid0x2900 btgatt.uuid0x2901 btgatt.uuid0x2902 btgatt.uuid0x2903 btgatt.uuid0x2904
    btgatt.uuid0x2905 btgatt.uuid0x2906 btgatt.uuid0x2907 btgatt.uuid0x2908 btgatt.uuid0x2909
    btgatt.uuid0x290a btgatt.uuid0x290b btgatt.uuid0x290c btgatt.uuid0x290d btgatt.uuid0x290e
    btgatt.uuid0x290f btgatt.uuid0x2910 btgatt.uuid0x2911 btgatt.uuid0x2a00 btgatt.uuid0x2a01
    btgatt.uuid0x2a02 btgatt.uuid0x2a03 btgatt.uuid0x2a04 btgatt.uuid0x2a05 btgatt.uuid0x2a06
    btgatt.uuid0x2a07 btgatt.uuid0x2a08 btgatt.uuid0x2a09 btgatt.uuid0x2a0a btgatt.uuid0x2a0b
    btgatt.uuid0x2a0c btgatt.uuid0x2a0d btgatt.uuid0x2a0e btgatt.uuid0x2a0f btgatt.uuid0x2a10
    btgatt.uuid0x2a11 btgatt.uuid0x2a12 btgatt.uuid0x2a13 btgatt.uuid0x2a14 btgatt.uuid0x2a15
    btgatt.uuid0x2a16 btgatt.uuid0x2a17 btgatt.uuid0x2a18 btgatt.uuid0x2a19 btgatt.uuid0x2a1a
    btgatt.uuid0x2a1b btgatt.uuid0x2a1c btgatt.uuid0x2a1d btgatt.uuid0x2a1e btgatt.uuid0x2a1f
    btgatt.uuid0x2a20 btgatt.uuid0x2a21 btgatt.uuid0x2a22 btgatt.uuid0x2a23 btgatt.uuid0x2a24
    btgatt.uuid0x2a25 btgatt.uuid0x2a26 btgatt.uuid0x2a27 btgatt.uuid0x2a28 btgatt.uuid0x2a29
    btgatt.uuid0x2a2a btgatt.uuid0x2a2b btgatt.uuid0x2a2c btgatt.uuid0x2a2f btgatt.uuid0x2a30
    btgatt.uuid0x2a31 btgatt.uuid0x2a32 btgatt.uuid0x2a33 btgatt.uuid0x2a34 btgatt.uuid0x2a35
    btgatt.uuid0x2a36 btgatt.uuid0x2a37 btgatt.uuid0x2a38 btgatt.uuid0x2a39 btgatt.uuid0x2a3a
    btgatt.uuid0x2a3b btgatt.uuid0x2a3c btgatt.uuid0x2a3d btgatt.uuid0x2a3e btgatt.uuid0x2a3f
    btgatt.uuid0x2a40 btgatt.uuid0x2a41 btgatt.uuid0x2a42 btgatt.uuid0x2a43 btgatt.uuid0x2a44
    btgatt.uuid0x2a45 btgatt.uuid0x2a46 btgatt.uuid0x2a47 btgatt.uuid0x2a48 btgatt.uuid0x2a49
    btgatt.uuid0x2a4a btgatt.uuid0x2a4b btgatt.uuid0x2a4c btgatt.uuid0x2a4d btgatt.uuid0x2a4e
    btgatt.uuid0x2a4f btgatt.uuid0x2a50 btgatt.uuid0x2a51 btgatt.uuid0x2a52 btgatt.uuid0x2a53
    btgatt.uuid0x2a54 btgatt.uuid0x2a55 btgatt.uuid0x2a56 btgatt.uuid0x2a57 btgatt.uuid0x2a58
    btgatt.uuid0x2a59 btgatt.uuid0x2a5a btgatt.uuid0x2a5b btgatt.uuid0x2a5c btgatt.uuid0x2a5d
    btgatt.uuid0x2a5e btgatt.uuid0x2a5f btgatt.uuid0x2a60 btgatt.uuid0x2a62 btgatt.uuid0x2a63
    btgatt.uuid0x2a64 btgatt.uuid0x2a65 btgatt.uuid0x2a66 btgatt.uuid0x2a67 btgatt.uuid0x2a68
    btgatt.uuid0x2a69 btgatt.uuid0x2a6a btgatt.uuid0x2a6b btgatt.uuid0x2a6c btgatt.uuid0x2a6d
    btgatt.uuid0x2a6e btgatt.uuid0x2a6f btgatt.uuid0x2a70 btgatt.uuid0x2a71 btgatt.uuid0x2a72
    btgatt.uuid0x2a73 btgatt.uuid0x2a74 btgatt.uuid0x2a75 btgatt.uuid0x2a76 btgatt.uuid0x2a77
    btgatt.uuid0x2a78 btgatt.uuid0x2a79 btgatt.uuid0x2a7a btgatt.uuid0x2a7b btgatt.uuid0x2a7d
    btgatt.uuid0x2a7e btgatt.uuid0x2a7f btgatt.uuid0x2a80 btgatt.uuid0x2a81 btgatt.uuid0x2a82
    btgatt.uuid0x2a83 btgatt.uuid0x2a84 btgatt.uuid0x2a85 btgatt.uuid0x2a86 btgatt.uuid0x2a87
    btgatt.uuid0x2a88 btgatt.uuid0x2a89 btgatt.uuid0x2a8a btgatt.uuid0x2a8b btgatt.uuid0x2a8c
    btgatt.uuid0x2a8d btgatt.uuid0x2a8e btgatt.uuid0x2a8f btgatt.uuid0x2a90 btgatt.uuid0x2a91
    btgatt.uuid0x2a92 btgatt.uuid0x2a93 btgatt.uuid0x2a94 btgatt.uuid0x2a95 btgatt.uuid0x2a96
    btgatt.uuid0x2a97 btgatt.uuid0x2a98 btgatt.uuid0x2a99 btgatt.uuid0x2a9a btgatt.uuid0x2a9b
    btgatt.uuid0x2a9c btgatt.uuid0x2a9d btgatt.uuid0x2a9e btgatt.uuid0x2a9f btgatt.uuid0x2aa0
    btgatt.uuid0x2aa1 btgatt.uuid0x2aa2 btgatt.uuid0x2aa3 btgatt.uuid0x2aa4 btgatt.uuid0x2aa5
    btgatt.uuid0x2aa6 btgatt.uuid0x2aa7 btgatt.uuid0x2aa8 btgatt.uuid0x2aa9 btgatt.uuid0x2aaa
    btgatt.uuid0x2aab btgatt.uuid0x2aac btgatt.uuid0x2aad btgatt.uuid0x2aae btgatt.uuid0x2aaf
    btgatt.uuid0x2ab0 btgatt.uuid0x2ab1 btgatt.uuid0x2ab2 btgatt.uuid0x2ab3 btgatt.uuid0x2ab4
    btgatt.uuid0x2ab5 btgatt.uuid0x2ab6 btgatt.uuid0x2ab7 btgatt.uuid0x2ab8 btgatt.uuid0x2ab9
    btgatt.uuid0x2aba btgatt.uuid0x2abb btgatt.uuid0x2abc btgatt.uuid0x2abd btgatt.uuid0x2abe
    btgatt.uuid0x2abf btgatt.uuid0x2ac0 btgatt.uuid0x2ac1 btgatt.uuid0x2ac2 btgatt.uuid0x2ac3
    btgatt.uuid0x2ac4 btgatt.uuid0x2ac5 btgatt.uuid0x2ac6 btgatt.uuid0x2ac7 btgatt.uuid0x2ac8
    btgatt.uuid0x2ac9 btgatt.uuid0x2aca btgatt.uuid0x2acb btgatt.uuid0x2acc btgatt.uuid0x2acd
    btgatt.uuid0x2ace btgatt.uuid0x2acf btgatt.uuid0x2ad0 btgatt.uuid0x2ad1 btgatt.uuid0x2ad2
    btgatt.uuid0x2ad3 btgatt.uuid0x2ad4 btgatt.uuid0x2ad5 btgatt.uuid0x2ad6 btgatt.uuid0x2ad7
    btgatt.uuid0x2ad8 btgatt.uuid0x2ad9 btgatt.uuid0x2ada btgatt.uuid0x2adb btgatt.uuid0x2adc
    btgatt.uuid0x2add btgatt.uuid0x2ade btgatt.uuid0x2ae0 btgatt.uuid0x2ae1 btgatt.uuid0x2ae2
    btgatt.uuid0x2ae3 btgatt.uuid0x2ae4 btgatt.uuid0x2ae5 btgatt.uuid0x2ae6 btgatt.uuid0x2ae7
    btgatt.uuid0x2ae8 btgatt.uuid0x2ae9 btgatt.uuid0x2aea btgatt.uuid0x2aeb btgatt.uuid0x2aec
    btgatt.uuid0x2aed btgatt.uuid0x2aee btgatt.uuid0x2aef btgatt.uuid0x2af0 btgatt.uuid0x2af1
    btgatt.uuid0x2af2 btgatt.uuid0x2af3 btgatt.uuid0x2af4 btgatt.uuid0x2af5 btgatt.uuid0x2af6
    btgatt.uuid0x2af7 btgatt.uuid0x2af8 btgatt.uuid0x2af9 btgatt.uuid0x2afa btgatt.uuid0x2afb
    btgatt.uuid0x2afc btgatt.uuid0x2afd btgatt.uuid0x2afe btgatt.uuid0x2aff btgatt.uuid0x2b00
    btgatt.uuid0x2b01 btgatt.uuid0x2b02 btgatt.uuid0x2b03 btgatt.uuid0x2b04 btgatt.uuid0x2b05
    btgatt.uuid0x2b06 btgatt.uuid0x2b07 btgatt.uuid0x2b08 btgatt.uuid0x2b09 btgatt.uuid0x2b0a
    btgatt.uuid0x2b0b btgatt.uuid0x2b0c btgatt.uuid0x2b0d btgatt.uuid0x2b0e btgatt.uuid0x2b0f
    btgatt.uuid0x2b10 btgatt.uuid0x2b11 btgatt.uuid0x2b12 btgatt.uuid0x2b13 btgatt.uuid0x2b14
    btgatt.uuid0x2b15 btgatt.uuid0x2b16 btgatt.uuid0x2b17 btgatt.uuid0x2b18 btgatt.uuid0x2b19
    btgatt.uuid0x2b1a btgatt.uuid0x2b1b btgatt.uuid0x2b1c btgatt.uuid0x2b1d btgatt.uuid0x2b1e
    btgatt.uuid0x2b1f btgatt.uuid0x2b20 btgatt.uuid0x2b21 btgatt.uuid0x2b22 btgatt.uuid0x2b23
    btgatt.uuid0x2b24 btgatt.uuid0x2b25 btgatt.uuid0x2b26 btgatt.uuid0x2b27 btgatt.uuid0x2b28
    btgatt.uuid0x2b29 btgatt.uuid0x2b2a btgatt.uuid0x2b2b btgatt.uuid0x2b2c btgatt.uuid0x2b2d
    btgatt.uuid0x2b2e btgatt.uuid0x2b2f btgatt.uuid0x2b30 btgatt.uuid0x2b31 btgatt.uuid0x2b32
    btgatt.uuid0x2b33 btgatt.uuid0x2b34 btgatt.uuid0x2b35 btgatt.uuid0x2b36 btgatt.uuid0x2b37
    btgatt.uuid0x2b38 btgatt.uuid0x2b39 btgatt.uuid0x2b3a btgatt.uuid0x2b3b btgatt.uuid0x2b3c
    btgatt.uuid0x2b3d btgatt.uuid0x2b3e btgatt.uuid0x2b3f btgatt.uuid0x2b40 btgatt.uuid0x2b41
    btgatt.uuid0x2b42 btgatt.uuid0x2b43 btgatt.uuid0x2b44 btgatt.uuid0x2b45 btgatt.uuid0x2b46
    btgatt.uuid0x2b47 btgatt.uuid0x2b48 btgatt.uuid0x2b49 btgatt.uuid0x2b4a btgatt.uuid0x2b4b
    btgatt.uuid0x2b4c btgatt.uuid0x2b4d btgatt.uuid0x2b4e btgatt.uuid0x2b4f btgatt.uuid0x2b50
    btgatt.uuid0x2b51 btgatt.uuid0x2b77 btgatt.uuid0x2b78 btgatt.uuid0x2b79 btgatt.uuid0x2b7a
    btgatt.uuid0x2b7b btgatt.uuid0x2b7c btgatt.uuid0x2b7d btgatt.uuid0x2b7e btgatt.uuid0x2b7f
    btgatt.uuid0x2b80 btgatt.uuid0x2b81 btgatt.uuid0x2b82 btgatt.uuid0x2b83 btgatt.uuid0x2b84
    btgatt.uuid0x2b85 btgatt.uuid0x2b86 btgatt.uuid0x2b87 btgatt.uuid0x2b88 btgatt.uuid0x2b89
    btgatt.uuid0x2b8a btgatt.uuid0x2b8b btgatt.uuid0x2b8c btgatt.uuid0x2b8d btgatt.uuid0x2b8e
    btgatt.uuid0x2b8f btgatt.uuid0x2b90 btgatt.uuid0x2b91 btgatt.uuid0x2b92 btgatt.uuid0x2b93
    btgatt.uuid0x2b94 btgatt.uuid0x2b95 btgatt.uuid0x2b96 btgatt.uuid0x2b97 btgatt.uuid0x2b98
    btgatt.uuid0x2b99 btgatt.uuid0x2b9a btgatt.uuid0x2b9b btgatt.uuid0x2b9c btgatt.uuid0x2b9d
    btgatt.uuid0x2b9e btgatt.uuid0x2b9f btgatt.uuid0x2ba0 btgatt.uuid0x2ba1 btgatt.uuid0x2ba2
    btgatt.uuid0x2ba3 btgatt.uuid0x2ba4 btgatt.uuid0x2ba5 btgatt.uuid0x2ba6 btgatt.uuid0x2ba7
    btgatt.uuid0x2ba8 btgatt.uuid0x2ba9 btgatt.uuid0x2baa btgatt.uuid0x2bab btgatt.uuid0x2bac
    btgatt.uuid0x2bad btgatt.uuid0x2bae btgatt.uuid0x2baf btgatt.uuid0x2bb0 btgatt.uuid0x2bb1
    btgatt.uuid0x2bb2 btgatt.uuid0x2bb3 btgatt.uuid0x2bb4 btgatt.uuid0x2bb5 btgatt.uuid0x2bb6
    btgatt.uuid0x2bb7 btgatt.uuid0x2bb8 btgatt.uuid0x2bb9 btgatt.uuid0x2bba btgatt.uuid0x2bbb
    btgatt.uuid0x2bbc btgatt.uuid0x2bbd btgatt.uuid0x2bbe btgatt.uuid0x2bbf btgatt.uuid0x2bc0
    btgatt.uuid0x2bc1 btgatt.uuid0x2bc2 btgatt.uuid0x2bc3 btgatt.uuid0x2bc4 btgatt.uuid0x2bc5
    btgatt.uuid0x2bc6 btgatt.uuid0x2bc7 btgatt.uuid0x2bc8 btgatt.uuid0x2bc9 btgatt.uuid0x2bca
    btgatt.uuid0x2bcb btgatt.uuid0x2bcc btgatt.uuid0x2bcd btgatt.uuid0x2bce btgatt.uuid0x2bcf
    btgatt.uuid0x2bd0 btgatt.uuid0x2bd1 btgatt.uuid0x2bd2 btgatt.uuid0x2bd3 btgatt.uuid0x2bd4
    btgatt.uuid0x2bd5 btgatt.uuid0x2bd6 btgatt.uuid0x2bd7 btgatt.uuid0x2bd8 btgatt.uuid0x2bd9
    btgatt.uuid0x2bda btgatt.uuid0x2bdb btgatt.uuid0x2bdc btgatt.uuid0x2bdd btgatt.uuid0x2bde
    btgatt.uuid0x2bdf btgatt.uuid0x2be0 btgatt.uuid0x2be1 btgatt.uuid0x2be2 btgatt.uuid0x2be3
    btgatt.uuid0x2be4 btgatt.uuid0x2be5 btgatt.uuid0x2be6 btgatt.uuid0x2be7 btgatt.uuid0x2be8
    btgatt.uuid0x2be9 btgatt.uuid0x2bea btgatt.uuid0x2beb btgatt.uuid0x2bec btgatt.uuid0x2bed
    btgatt.uuid0x2bee btgatt.uuid0x2bef btgatt.uuid0x2bf0 btgatt.uuid0x2bf1 btgatt.uuid0x2bf2
    btgatt.uuid0x2bf3 btgatt.uuid0x2bf4 btgatt.uuid0x2bf5 btgatt.uuid0x2bf6 btgatt.uuid0x2bf7
    btgatt.uuid0x2bf8 btgatt.uuid0x2bf9 btgatt.uuid0x2bfa btgatt.uuid0x2bfb btgatt.uuid0x2bfc
    btgatt.uuid0x2bfd btgatt.uuid0x2bfe btgatt.uuid0x2bff btgatt.uuid0x2c00 btgatt.uuid0x2c01
    btgatt.uuid0x2c02 btgatt.uuid0x2c03 btgatt.uuid0x2c04 btgnss bthci_acl bthci_cmd bthci_evt bthci_iso
    bthci_iso_data bthci_sco bthci_vendor.broadcom bthci_vendor.intel bthcrp bthfp bthid bthsp btl2cap btle
    btle_rf btlmp btmcap btmesh.beacon btmesh.msg btmesh.pbadv btmesh.provisioning btmesh.proxy btpa btpb
    btrfcomm btsap btsdp btsmp btsnoop btspp btvdp btvdp_content_protection_header_scms_t bundle bvlc bzr
    camel camel-v1 camel-v2 camel-v3 camel-v4 can-hostendian canfd cbcp cbor cborseq ccp ccsds ccsrl cdma2k
    cdpcp cemi cfdp cflow cfm chap chdlc cimetrics cip cip_implicit cipgenericio cipio cipio_class1
    cipmotion cipmotion3 cipsafety cipsafety_bd cipsafety_bt cipsafety_ed cipsafety_et classicstun
    classicstun-heur clnp cmip coap coap_for_tmf coap_tcp_tls cops corosync_totemsrp cose cose.msg.headers
    cose_encrypt cose_encrypt0 cose_encrypt0_media_type cose_encrypt_media_type cose_key cose_key_set
    cose_mac cose_mac0 cose_mac0_media_type cose_mac_media_type cose_sign cose_sign1 cose_sign1_media_type
    cose_sign_media_type couchbase cp2179 credssp crtp crtp_cntcp crtp_cs crtp_cudp16 crtp_cudp8 data
    data-text-lines db-lsp.tcp db-lsp.udp dbus dcp-etsi dct2000 dect dhcp dhcpv6 diameter diameter.tcp
    diameter_avps dicom disp dlep.tcp dlep.udp dmp dmx dmx-chan dnp3.tcp dnp3.udp dns docsis docsis_mgmt
    docsis_tlv docsis_ucd docsis_vsif doip dop dpaux dpnss dpnss_link dsp dtls dua dvb-ci dvb-s2_table
    dvb_ipdc dvb_nit dx dxl e1ap e1ap_tcp e2ap eap eapol ebhscr ecat_mailbox ecatf ecp ecpri edp eero
    efsblob ehdlc ehs elf enip epd_llc epl epmd erf erldp esis esl esp etch eth_maybefcs eth_withfcs
    eth_withoutfcs etherip ethertype etsi_cat evs exported_pdu f1ap fb_zero fc fc_ifcp fcgi fcsof fcsp fddi
    fddi_bitswapped felica file file-blf file-pcap file-pcapng find find_iuup fip fix flexray fortinet_sso
    fp fp_hint fp_mux fpp fr fr_stripped_address fr_uncompressed frame ftam ftdi-ft ftdi-mpsse ftp ftp-data
    fw1 gbcs_gbz gbcs_message gbcs_tunnel gcsna ged125 gelf-udp gfp giop git glow gmr1_bcch gmr1_ccch
    gmr1_dtap gmr1_rach gmrp gnw goose gprs_ns gquic grpc gsm-r-uus1 gsm_a_bssmap gsm_a_ccch gsm_a_dtap
    gsm_a_ec_ccch gsm_a_rp gsm_a_sacch gsm_abis_om2000 gsm_abis_oml gsm_abis_pgsl gsm_abis_rsl gsm_abis_tfp
    gsm_bsslap gsm_bssmap_le gsm_cbch gsm_cbs gsm_ec_rlcmac_dl gsm_ec_rlcmac_ul gsm_map gsm_map_sccp
    gsm_rlcmac_dl gsm_rlcmac_ul gsm_sim gsm_sim.bertlv gsm_sim.command gsm_sim.part gsm_sim.response gsm_sms
    gsm_sms_ud gssapi gssapi_verf gtp gtpprime gtpv2 gvcp gvrp gvsp h223 h223_bitswapped h225 h225.ras h245
    h245dg h248 h248.tpkt h263data h264 h265 h323ui h4501 h501 hci_h1 hci_h4 hci_mon hci_usb hdcp hdcp2 hdfs
    hdfsdata hnbap hpext hpsw hpteam http http-over-sctp http-over-tcp http-over-tls http2 hyperscsi iax2
    icap icmp icmp_extension icmpv6 idmp idrp ieee1609dot2.data igrp ilp image-gif image-jfif imap imf inap
    infiniband infiniband_link infiniband_sdp interlink ip ipars ipcp ipdr-samis-type-1
    ipdu_multiplexer_over_can ipdu_multiplexer_over_flexray ipdu_multiplexer_over_lin
    ipdu_multiplexer_over_pdu_transport iperf2_tcp iperf2_udp ipmb ipmi ipos ipv6 ipv6cp ipx ipxsap
    ircomm_cooked ircomm_raw irda isakmp iscsi isdn isis iso14443 iso15765 iso7816 iso7816.atr isup itdm its
    iua iuup iwarp_ddp_rdmap ixveriwave jpeg json jxta.stream jxta.udp k12 kafka kcs knetsctp knettcp
    knetudp krb4 kt lapb lapd lapd-bitstream lapd-phdr lapdm lapsat lcp lcsap lct ldac ldap lg8979 li5g lin
    link16 linux-lapd lisp lisp-tcp llc llcgprs lldp lnpdqp_cc lnpdqp_pi logcat logcat_text_brief
    logcat_text_long logcat_text_process logcat_text_tag logcat_text_thread logcat_text_threadtime
    logcat_text_time loratap lorawan lpp lppa lppe lte-rrc.bcch.bch lte-rrc.bcch.bch.mbms
    lte-rrc.bcch.bch.nb lte-rrc.bcch.bch.nb.tdd lte-rrc.bcch.dl.sch lte-rrc.bcch.dl.sch.br
    lte-rrc.bcch.dl.sch.mbms lte-rrc.bcch.dl.sch.nb lte-rrc.dl.ccch lte-rrc.dl.ccch.nb lte-rrc.dl.dcch
    lte-rrc.dl.dcch.nb lte-rrc.mcch lte-rrc.pcch lte-rrc.pcch.nb lte-rrc.rrc_conn_reconf
    lte-rrc.rrc_conn_reconf_compl lte-rrc.sbcch.sl.bch lte-rrc.sbcch.sl.bch.v2x lte-rrc.sc.mcch
    lte-rrc.sc.mcch.nb lte-rrc.systeminformationblocktype1_v890_ies lte-rrc.ue_cap_info lte-rrc.ue_eutra_cap
    lte-rrc.ue_eutra_cap.msg lte-rrc.ue_paging_coverage_info lte-rrc.ue_paging_coverage_info.nb
    lte-rrc.ue_radio_access_cap_info lte-rrc.ue_radio_access_cap_info.msg
    lte-rrc.ue_radio_access_cap_info.nb lte-rrc.ue_radio_paging_info lte-rrc.ue_radio_paging_info.nb
    lte-rrc.ul.ccch lte-rrc.ul.ccch.nb lte-rrc.ul.dcch lte-rrc.ul.dcch.nb lte_rrc.bcch_bch
    lte_rrc.bcch_bch.mbms lte_rrc.bcch_bch.nb lte_rrc.bcch_bch.nb.tdd lte_rrc.bcch_dl_sch
    lte_rrc.bcch_dl_sch.mbms lte_rrc.bcch_dl_sch.nb lte_rrc.bcch_dl_sch_br lte_rrc.dl_ccch
    lte_rrc.dl_ccch.nb lte_rrc.dl_dcch lte_rrc.dl_dcch.nb lte_rrc.handover_prep_info lte_rrc.mcch
    lte_rrc.pcch lte_rrc.pcch.nb lte_rrc.sbcch_sl_bch lte_rrc.sbcch_sl_bch.v2x lte_rrc.sc_mcch
    lte_rrc.sc_mcch.nb lte_rrc.ul_ccch lte_rrc.ul_ccch.nb lte_rrc.ul_dcch lte_rrc.ul_dcch.nb lwm lwm2mtlv
    m2ap m2pa m2ua m3ap m3ua mac-lte mac-lte-framed mac-nr mac.fdd.dch mac.fdd.edch mac.fdd.edch.type2
    mac.fdd.fach mac.fdd.hsdsch mac.fdd.pch mac.fdd.rach mac_header_generic_handler
    mac_header_type_1_handler mac_header_type_2_handler mac_mgmt_msg_aas_beam_req_handler
    mac_mgmt_msg_aas_beam_rsp_handler mac_mgmt_msg_aas_beam_select_handler mac_mgmt_msg_dsc_rsp_handler
    mac_mgmt_msg_reg_rsp_handler mac_mgmt_msg_sbc_rsp_handler mailslot_browse mailslot_lanman mate mbim.bulk
    mbim.control mbim.descriptor mbrtu mbtcp mbtls mbudp mcpe mdp media megaco memcache.tcp memcache.udp
    mesh meta mgcp mifare mikey mime_dlt miop mip mip6 mka mle mms modbus mongo mp mp2t mp2t-dsmcc mp4ves
    mp4ves_config mpeg mpeg-pes mpeg_pmt mpeg_sect mpls mpls_pw_atm_11_or_aal5_pdu mpls_pw_atm_aal5_sdu
    mpls_pw_atm_cell mpls_pw_atm_cell_header mpls_pw_atm_control_word mpls_pw_atm_n1_cw mpls_pw_atm_n1_nocw
    mpls_y1711 mplscp mplsmcc mplspwcw mq mqtt ms-nns msgpack msmms msrp mstp mtp2 mtp2_with_crc mtp3 mtp3mg
    mux27010 mysql nano nano-over-tcp nas-5gs nas-eps nas-eps_plain nasdaq-itch nb_rtpmux nbap nbifom ncsi
    ndp negoex netlink netmon_802_11 newmail nfapi nflog ngap ngap_media_type nntp noe nordic_ble
    nr-rrc.bcch.bch nr-rrc.bcch.dl.sch nr-rrc.cellgroupconfig_msg nr-rrc.cg_configinfo nr-rrc.dl.ccch
    nr-rrc.dl.ccch_msg_msg nr-rrc.dl.dcch nr-rrc.dl.dcch_msg_msg nr-rrc.handovercommand_msg
    nr-rrc.handoverpreparationinformation_msg nr-rrc.mcch nr-rrc.measconfig_msg nr-rrc.measgapconfig_msg
    nr-rrc.pcch nr-rrc.radiobearerconfig nr-rrc.rrc_reconf nr-rrc.rrc_reconf_msg nr-rrc.sbcch.sl.bch
    nr-rrc.scch nr-rrc.ue_capabilityrat_containerlist nr-rrc.ue_mrdc_cap nr-rrc.ue_mrdc_cap_msg
    nr-rrc.ue_nr_cap nr-rrc.ue_nr_cap_msg nr-rrc.ue_radio_access_cap_info
    nr-rrc.ue_radio_access_cap_info_msg nr-rrc.ue_radio_paging_info nr-rrc.ul.ccch nr-rrc.ul.ccch1
    nr-rrc.ul.ccch_msg_msg nr-rrc.ul.dcch nr-rrc.ul.dcch_msg_msg nrppa nrup nsrpc ntlmssp ntlmssp_data_only
    ntlmssp_payload ntlmssp_verf nvme-tcp nw_mtp nwp obex obex.parameter.bt.bip obex.parameter.bt.bpp
    obex.parameter.bt.ctn obex.parameter.bt.gpp obex.parameter.bt.map obex.parameter.bt.pbap
    obex.parameter.raw opa opa.fe opa.mad opa.snc openflow openflow_v1 openflow_v4 openflow_v5 openflow_v6
    opensafety_mbtcp opensafety_pnio opensafety_udp opensafety_udptransport openthread openvpn.tcp
    openvpn.udp opus oran_fh_cus oscore osinlcp ositp ositp_inactive p1 p22 p772 p_mul packetbb packetlogger
    pap pcap pcap_pktdata pcomascii pcombinary pcomtcp pcp pdcp-lte pdcp-nr pdu_transport_over_tcp
    pdu_transport_over_udp peap peekremote pfcp pfcp_3gpp_ies pfcp_bbf_ies pfcp_travelping_ies pgsql pkt_ccc
    pktap pn532 pn532_hci pn_io pn_rt png pnio pop ppcap ppi ppi_antenna ppi_gps ppi_sensor ppi_vector ppp
    ppp_comp ppp_hdlc ppp_lcp_options ppp_raw_hdlc pppmux pppmuxcp pres prism prot3gpp protobuf prp ptp
    ptp_over_ethernet pw_cesopsn_mpls pw_cesopsn_udp pw_eth_cw pw_eth_heuristic pw_eth_nocw pw_fr
    pw_hdlc_nocw_fr pw_hdlc_nocw_hdlc_ppp pw_padding pw_satop_mpls pw_satop_udp q2931 q931 q931.ie
    q931.ie.cs7 q931.over_ip q931.tpkt q932.apdu q932.ros q933 qllc quic r09 r3 radiotap radius raknet ranap
    raw_ip rbpdu rdc rdc.device_list rdm rdp_drdynvc rdp_egfx rdpmt rdpudp rdt realtek redback redbackli
    reload reload-framing rfc2190 rftap rgmp rlc-lte rlc-nr rlc.bcch rlc.ccch rlc.ctch rlc.dcch
    rlc.dch_unknown rlc.pcch rlc.ps_dtch rmp rmt-fec rmt-lct rnsap rohc ros rpc rpc-tcp rpcap rpkirtr rpl
    rrc rrc.bcch.bch rrc.bcch.bch2 rrc.bcch.fach rrc.dl.ccch rrc.dl.dcch rrc.dl.shcch
    rrc.irat.ho_to_utran_cmd rrc.irat.irat_ho_info rrc.mcch rrc.msch rrc.pcch rrc.s_to_trnc_cont rrc.si.mib
    rrc.si.sb1 rrc.si.sb2 rrc.si.sb3 rrc.si.sib1 rrc.si.sib10 rrc.si.sib11 rrc.si.sib11bis rrc.si.sib11ter
    rrc.si.sib12 rrc.si.sib13 rrc.si.sib13-1 rrc.si.sib13-2 rrc.si.sib13-3 rrc.si.sib13-4 rrc.si.sib14
    rrc.si.sib15 rrc.si.sib15-1 rrc.si.sib15-1bis rrc.si.sib15-1ter rrc.si.sib15-2 rrc.si.sib15-2bis
    rrc.si.sib15-2ter rrc.si.sib15-3 rrc.si.sib15-3bis rrc.si.sib15-4 rrc.si.sib15-5 rrc.si.sib15-6
    rrc.si.sib15-7 rrc.si.sib15-8 rrc.si.sib15bis rrc.si.sib16 rrc.si.sib17 rrc.si.sib18 rrc.si.sib19
    rrc.si.sib2 rrc.si.sib20 rrc.si.sib21 rrc.si.sib22 rrc.si.sib23 rrc.si.sib24 rrc.si.sib25 rrc.si.sib3
    rrc.si.sib4 rrc.si.sib5 rrc.si.sib5bis rrc.si.sib6 rrc.si.sib7 rrc.si.sib8 rrc.si.sib9 rrc.sysinfo
    rrc.sysinfo.cont rrc.sysinfo2 rrc.t_to_srnc_cont rrc.ue_radio_access_cap_info rrc.ul.ccch rrc.ul.dcch
    rrc.ul.shcch rrlp rsvd rtacser rtcp rtitcp rtp rtp.ext.ed137 rtp.ext.ed137a
    rtp.hdr_ext.ed137a.ed137a_feature_climax_tdly rtp.hdr_ext.ed137a.ed137a_feature_sqi
    rtp.hdr_ext.ed137a.ed137b_feature_climax_ddc_mam rtp.hdr_ext.ed137a.ed137b_feature_climax_ddc_rmm
    rtp.hdr_ext.ed137a.ed137b_feature_rrc_single rtp.hdr_ext.ed137a.ed137c_feature_climax_ddc_mam
    rtp.rfc2198 rtp.rfc4571 rtpevent rtpmidi rtps rtpsproc rtpsvt rtse rtsp rua s1ap s5066dts sabp sabp.tcp
    sbc sccp scop.tcp scop.udp scte35 sctp sdh sdp selfm sercosiii ses sftp sgsap sigcomp
    signal_pdu_over_can signal_pdu_over_flexray signal_pdu_over_lin signal_pdu_over_pdu_transport
    signal_pdu_over_someip simple sip sip.tcp sipfrag sir sita skinny sll_v1 sll_v2 sm smb smb_netlogon smc
    smp_tds smpp smtp sna sna_xid sndcp sndcpxid snmp someip_tcp someip_udp sparkplugb spdy spnego
    spnego-krb5 spnego-krb5-wrap sprt srp srt srtcp sscf-nni sscop ssh sstp stcsig stun-heur stun-tcp
    stun-udp sua sv sync synergy synphasor sysdig sysex sysex_digitech syslog systemd_journal t124 t125
    t30.hdlc t38_udp tali tapa tcap tcp tcp.knxip tds teap telnet tetra tftp thread_address thread_bcn
    thread_coap thread_diagnostic thread_meshcop thread_nwd thrift tiff tipc tls tls13-handshake tmode
    tn3270 tn5250 tnef tpkt tpncp tr transum trmac tte_pcf turbocell turnchannel turnchannel-tcp tzsp u3v
    ua3g ua_sys_to_term ua_term_to_sys uasip uaudp uavcan_dsdl.message uavcan_dsdl.request
    uavcan_dsdl.response ubdp ubertooth udp udp.knxip udpcp uds uds_over_doip uds_over_iso10681
    uds_over_iso15765 udt uftp4 uftp5 ulp umatcp umaudp umts_cell_broadcast unistim urlencoded-form usb_dfu
    usbaudio usbccid usbhid.boot_report.keyboard.input usbhid.boot_report.keyboard.output
    usbhid.boot_report.mouse.input usbll usbms user_dlt uts v120 v150fw v52 v5dl v5ef vcdu vlan vp8 vpp
    vsncp vsnp vsock vuze-dht wai wbxml wbxml-uaprof websocket wfleet_hdlc wg who wifi_display_ie
    wimax_cdma_code_burst_handler wimax_fch_burst_handler wimax_ffb_burst_handler wimax_hack_burst_handler
    wimax_harq_map_handler wimax_pdu_burst_handler wimax_phy_attributes_burst_handler wimaxasncp wimaxmacphy
    wisun.eapol_relay wisun.netricity.sc wisun.sec wlan wlan_bsfc wlan_noqos wlan_noqos_radio wlan_radio
    wlan_withfcs wlan_withoutfcs wlancap wmx wmx_mac_mgmt_msg_decoder wpan wpan-nonask-phy wpan-tap
    wpan_cc24xx wpan_nofcs wps wsp-cl wsp-co wtp-udp wtp-wtls x.25 x.25_dir x29 x2ap xip xipserval xiri xml
    xmpp xnap xot xra zbee_apf zbee_aps zbee_beacon zbee_ie zbee_nwk zbee_nwk_gp zbee_nwk_gp_cmd zbee_zcl
    zbee_zcl_closures.door_lock zbee_zcl_closures.shade_config zbee_zcl_general.alarms
    zbee_zcl_general.analog.input.basic zbee_zcl_general.analog.output.basic
    zbee_zcl_general.analog.value.basic zbee_zcl_general.applctrl zbee_zcl_general.basic
    zbee_zcl_general.binary_input_basic zbee_zcl_general.binary_output_basic
    zbee_zcl_general.binary_value_basic zbee_zcl_general.commissioning
    zbee_zcl_general.device_temperature_config zbee_zcl_general.gp zbee_zcl_general.groups
    zbee_zcl_general.identify zbee_zcl_general.level_control zbee_zcl_general.multistate.input.basic
    zbee_zcl_general.multistate.output.basic zbee_zcl_general.multistate.value.basic zbee_zcl_general.onoff
    zbee_zcl_general.onoff.switch.configuration zbee_zcl_general.ota zbee_zcl_general.part
    zbee_zcl_general.poll zbee_zcl_general.power_config zbee_zcl_general.pwrprof
    zbee_zcl_general.rssi_location zbee_zcl_general.scenes zbee_zcl_general.time zbee_zcl_general.touchlink
    zbee_zcl_ha.applevtalt zbee_zcl_ha.applident zbee_zcl_ha.applstats zbee_zcl_ha.metidt
    zbee_zcl_hvac.dehum_ctrl zbee_zcl_hvac.fan_ctrl zbee_zcl_hvac.pump_config_ctrl
    zbee_zcl_hvac.thermo_ui_config zbee_zcl_hvac.thermostat zbee_zcl_ias.ace zbee_zcl_ias.wd
    zbee_zcl_ias.zone zbee_zcl_lighting.ballast_ctrl zbee_zcl_lighting.color_ctrl
    zbee_zcl_meas_sensing.elecmes zbee_zcl_meas_sensing.flowmeas zbee_zcl_meas_sensing.illumlevelsen
    zbee_zcl_meas_sensing.illummeas zbee_zcl_meas_sensing.occsen zbee_zcl_meas_sensing.pressmeas
    zbee_zcl_meas_sensing.relhummeas zbee_zcl_meas_sensing.tempmeas zbee_zcl_se.calendar
    zbee_zcl_se.daily_schedule zbee_zcl_se.dm zbee_zcl_se.drlc zbee_zcl_se.em zbee_zcl_se.events
    zbee_zcl_se.ke zbee_zcl_se.keep_alive zbee_zcl_se.mdu_pairing zbee_zcl_se.met zbee_zcl_se.msg
    zbee_zcl_se.pp zbee_zcl_se.price zbee_zcl_se.sub_ghz zbee_zcl_se.tun zbee_zdp zbip_beacon zbncp zep ziop
    zrtp zvt
    """
}
