; electron-builder takes this file along for NSIS. It registers files by itself, links it does not.

!macro customInstall
  WriteRegStr SHELL_CONTEXT "Software\Classes\handshake" "" "URL:Handshake"
  WriteRegStr SHELL_CONTEXT "Software\Classes\handshake" "URL Protocol" ""
  WriteRegStr SHELL_CONTEXT "Software\Classes\handshake\DefaultIcon" "" "$appExe,0"
  WriteRegStr SHELL_CONTEXT "Software\Classes\handshake\shell\open\command" "" '"$appExe" "%1"'
!macroend

!macro customUnInstall
  DeleteRegKey SHELL_CONTEXT "Software\Classes\handshake"
!macroend
